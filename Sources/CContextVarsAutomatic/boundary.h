// SPDX-License-Identifier: Apache-2.0
// How a function of ours comes to stand before the real one.
//
// Each interposed function exists once, and has three names:
//
// - In a dynamic program, the weak symbol `dispatch_async` of the executable comes before that of libdispatch.so in the
//   dynamic linker's order. So every caller reaches it: the Swift overlay, Foundation, any library.
// - In a static program, that weak symbol gives way to the one of libdispatch.a. There the linker's option
//   `--wrap=dispatch_async` makes callers reach `__wrap_dispatch_async`, and the real function is `__real_dispatch_async`.
//   `link_flags.c` brings the option along.
// - The third is for this target: it tells whether either of the others has won.
//
// A sanitizer's runtime has weak definitions too, which would win over ours. So ours are strong where there is one, and go
// on to the sanitizer's.
#ifndef CONTEXTVARS_AUTOMATIC_BOUNDARY_H
#define CONTEXTVARS_AUTOMATIC_BOUNDARY_H

#include <stdatomic.h>

#include "contextvars_automatic.h"

#if defined(__linux__) && !defined(__ANDROID__)
#define CONTEXTVARS_CAN_INTERPOSE 1

#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define CONTEXTVARS_WEAK
#else
#define CONTEXTVARS_WEAK __attribute__((weak))
#endif

/// A boundary, and the functions that may bear its name.
typedef struct boundary {
    const char *name;
    unsigned kind;
    /// Our function.
    void *ours;
    /// The function that the name means in this program.
    void *named;
    /// What the linker calls the real one; NULL without `--wrap`.
    void *real;
    /// A sanitizer's function; NULL in a build without one.
    void *interceptor;
    /// The function to go on to, once it is known.
    _Atomic(void *) next;
} boundary;

#define BOUNDARY(name) extern boundary boundary_of_##name;
#include "boundaries.def"
#undef BOUNDARY

/// Finds the function to go on to.
void *boundary_find_next(boundary *boundary);

/// The function to go on to.
static inline void *boundary_next(boundary *boundary) {
    void *next = atomic_load_explicit(&boundary->next, memory_order_relaxed);
    return __builtin_expect(next != NULL, 1) ? next : boundary_find_next(boundary);
}

#define BOUNDARY_KIND_dispatch CONTEXTVARS_AUTOMATIC_DISPATCH
#define BOUNDARY_KIND_threads CONTEXTVARS_AUTOMATIC_THREADS

/// Begins the definition of an interposed function; its body follows.
#define INTERPOSED(result, name, boundary_kind, parameters)                                                        \
    typedef result(*next_##name) parameters;                                                                       \
    extern result __real_##name parameters __attribute__((weak));                                                  \
    extern result __interceptor_##name parameters __attribute__((weak));                                           \
    result contextvars_##name parameters;                                                                          \
    CONTEXTVARS_WEAK result name parameters __attribute__((alias("contextvars_" #name)));                          \
    result __wrap_##name parameters __attribute__((alias("contextvars_" #name)));                                  \
    boundary boundary_of_##name = {                                                                                \
        #name, BOUNDARY_KIND_##boundary_kind, (void *)contextvars_##name, (void *)name, (void *)__real_##name,     \
        (void *)__interceptor_##name, NULL,                                                                        \
    };                                                                                                             \
    result contextvars_##name parameters

/// The real function, to be called.
#define NEXT(name) ((next_##name)boundary_next(&boundary_of_##name))

#endif
#endif
