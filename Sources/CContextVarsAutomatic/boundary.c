// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "boundary.h"

#if CONTEXTVARS_CAN_INTERPOSE
#include <dlfcn.h>

static boundary *const boundaries[] = {
#define BOUNDARY(name) &boundary_of_##name,
#include "boundaries.def"
#undef BOUNDARY
};

bool contextvars_automatic_is_supported(void) { return true; }

size_t contextvars_automatic_boundary_count(void) { return sizeof boundaries / sizeof *boundaries; }

/// Whether `--wrap` was given in a static program. In a dynamic one, what it makes of the real name is our own function.
static bool is_wrapped(const boundary *boundary) { return boundary->real && boundary->real != boundary->ours; }

contextvars_automatic_boundary contextvars_automatic_boundary_at(size_t index) {
    boundary *boundary = boundaries[index];
    // The linker may have left our definition out, and the dynamic linker may have found another one first.
    bool is_first = boundary->named == boundary->ours && dlsym(RTLD_DEFAULT, boundary->name) == boundary->ours;
    bool is_present = boundary->named != boundary->ours || boundary_next(boundary);
    return (contextvars_automatic_boundary){
        boundary->name, boundary->kind, is_present, is_present && (is_first || is_wrapped(boundary))};
}

void *boundary_find_next(boundary *boundary) {
    void *next = is_wrapped(boundary)     ? boundary->real
                 : boundary->interceptor ? boundary->interceptor
                                         : dlsym(RTLD_NEXT, boundary->name);
    atomic_store_explicit(&boundary->next, next, memory_order_relaxed);
    return next;
}

#else

bool contextvars_automatic_is_supported(void) { return false; }
size_t contextvars_automatic_boundary_count(void) { return 0; }
contextvars_automatic_boundary contextvars_automatic_boundary_at(size_t index) {
    return (contextvars_automatic_boundary){"", 0, false, false};
}

#endif
