// SPDX-License-Identifier: Apache-2.0
/// Which task runs on a thread, without a call into the runtime.
///
/// The runtime keeps the running task in a thread-local variable of its library, and offers a function to read it. Across
/// libraries that costs two jumps and a look-up of the thread-local block: more than all the rest of a `get`. This file
/// finds out where the variable is, so that reading it is one load.
///
/// Invariant: the variable is at a fixed place of the library's thread-local block, whose address doesn't change while
/// the thread lives. The place is searched by what it holds, and trusted only after a second, different value of the
/// runtime's function was found in it. Where the runtime is linked into the program, `running_task_by_code.c` knows more.
/// Where both fail, the function is called each time.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "contextvars_frames.h"

#if !defined(CONTEXTVARS_PLAIN)

#include "../platform.h"
#include "learned.h"

static void *const unknown_task = (void *)CONTEXTVARS_UNKNOWN;

_Thread_local contextvars_thread contextvars_this_thread = {
    .frame = &contextvars_nobodys_frame,
    .borrowed = &contextvars_nobodys_frame,
    .running_task = &unknown_task,
};

#if defined(__ELF__)

#include <dlfcn.h>
#include <link.h>

/// The largest thread-local block that is searched. The runtime's library has four words; anything much larger is
/// a whole program's, in which a task's address may stand anywhere.
enum { LARGEST_BLOCK = 128 };

enum { UNKNOWN = -1, UNAVAILABLE = -2 };

/// The index of the variable in the library's thread-local block, once it is trusted.
static long trusted_index = UNKNOWN;

static platform_mutex mutex = PLATFORM_MUTEX_INITIALIZER;
/// Under `mutex`: where one value was found. And that value: seeing it again proves nothing.
static long candidate_index = UNKNOWN;
static void *candidate_task;

typedef struct block {
    uintptr_t library;
    void *const *words;
    long count;
} block;

static int find_block(struct dl_phdr_info *info, size_t size, void *result) {
    block *block = result;
    (void)size;
    if (info->dlpi_addr != block->library) return 0;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type != PT_TLS || info->dlpi_phdr[i].p_memsz > LARGEST_BLOCK) continue;
        block->words = info->dlpi_tls_data;
        block->count = (long)(info->dlpi_phdr[i].p_memsz / sizeof(void *));
    }
    return 1;
}

/// The thread-local block of the runtime's library on the calling thread; without words if there is none to search.
static block runtime_block(void) {
    block result = {0};
    Dl_info library;
    if (!dladdr((const void *)swift_task_getCurrent, &library)) return result;
    result.library = (uintptr_t)library.dli_fbase;
    dl_iterate_phdr(find_block, &result);
    return result;
}

/// The only word that holds `task`, or a negative number.
static long index_of(void *task, block block) {
    long found = UNAVAILABLE;
    for (long i = 0; i < block.count; i++) {
        if (block.words[i] != task) continue;
        if (found >= 0) return UNAVAILABLE;
        found = i;
    }
    return found;
}

// MARK: Finding it

/// Learns from what the runtime's function says at this moment. (That no task runs says little: most words are zero.)
static void observe(void *task) {
    if (!task || task == __atomic_load_n(&candidate_task, __ATOMIC_RELAXED)) return;
    // A second thread learns later. (In a process that was forked meanwhile, nobody gives the lock back.)
    if (!platform_try_lock(&mutex)) return;
    if (candidate_index == UNKNOWN) {
        candidate_index = index_of(task, runtime_block());
        __atomic_store_n(&candidate_task, task, __ATOMIC_RELAXED);
        if (candidate_index < 0) __atomic_store_n(&trusted_index, UNAVAILABLE, __ATOMIC_RELAXED);
    } else if (candidate_index >= 0) {
        block block = runtime_block();
        if (block.words) {
            long index = block.words[candidate_index] == task ? candidate_index : UNAVAILABLE;
            __atomic_store_n(&trusted_index, index, __ATOMIC_RELAXED);
        }
    }
    platform_unlock(&mutex);
}

void *contextvars_find_running_task(void) {
    void *task = runtime_running_task();
    long index = __atomic_load_n(&trusted_index, __ATOMIC_RELAXED);
    if (index == UNKNOWN) {
        observe(task);
    } else if (index >= 0) {
        block block = runtime_block();
        if (block.words) contextvars_this_thread.running_task = &block.words[index];
    } else {
        void *const *place = contextvars_running_task_by_code();
        if (place) contextvars_this_thread.running_task = place;
    }
    return task;
}

#else

void *contextvars_find_running_task(void) { return runtime_running_task(); }

#endif

#endif
