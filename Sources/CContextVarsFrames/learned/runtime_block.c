// SPDX-License-Identifier: Apache-2.0
/// The thread-local variables of the runtime: the block of words that a thread has for the library that the runtime is in.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "contextvars_frames.h"

#if !defined(CONTEXTVARS_PLAIN)

#include "learned.h"

#if defined(__ELF__)

#include <dlfcn.h>
#include <link.h>

typedef struct search {
    uintptr_t library;
    /// The library's number among those with thread-local variables; numbers begin at 1.
    size_t module;
    contextvars_runtime_block found;
} search;

static int find_library(struct dl_phdr_info *info, size_t size, void *result) {
    search *search = result;
    (void)size;
    if (info->dlpi_addr != search->library) return 0;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type != PT_TLS) continue;
        search->module = info->dlpi_tls_modid;
        search->found.words = info->dlpi_tls_data;
        search->found.count = info->dlpi_tls_data ? (long)(info->dlpi_phdr[i].p_memsz / sizeof(void *)) : 0;
    }
    return 1;
}

/// The number once it is known. The library stays, for this one is linked with it.
static size_t known_module;

contextvars_runtime_block contextvars_find_runtime_block(void) {
    search search = {0};
    Dl_info library;
    if (!dladdr((const void *)swift_task_getCurrent, &library)) return search.found;
    search.library = (uintptr_t)library.dli_fbase;
    dl_iterate_phdr(find_library, &search);
    __atomic_store_n(&known_module, search.module, __ATOMIC_RELAXED);
    return search.found;
}

#if defined(__linux__) && !defined(__ANDROID__) && (defined(__x86_64__) || defined(__aarch64__))

/// What the compiler has code call for a thread-local variable of another library.
typedef struct place {
    size_t module, offset;
} place;
extern void *__tls_get_addr(place *);

void *const *contextvars_runtime_words(void) {
    size_t module = __atomic_load_n(&known_module, __ATOMIC_RELAXED);
    // To search the libraries takes as long as to start a thread.
    return module ? __tls_get_addr(&(place){module, 0}) : contextvars_find_runtime_block().words;
}

#else

void *const *contextvars_runtime_words(void) { return contextvars_find_runtime_block().words; }

#endif

#else

contextvars_runtime_block contextvars_find_runtime_block(void) { return (contextvars_runtime_block){NULL, 0}; }
void *const *contextvars_runtime_words(void) { return NULL; }

#endif

#endif
