// SPDX-License-Identifier: Apache-2.0
/// Which task runs on a thread, without a call into the runtime.
///
/// The runtime keeps the running task in a thread-local variable of its library, and offers a function to read it. Across
/// libraries that costs two jumps and a lookup of the thread-local block: more than all the rest of a `get`. This file
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

/// How many words are searched. The runtime's library has four; a block that is much larger is a whole program's, in which a
/// task's address may stand anywhere.
enum { MOST_WORDS = 16 };

enum { UNKNOWN = -1, UNAVAILABLE = -2 };

/// The index of the variable in the library's thread-local block, once it is trusted.
static long trusted_index = UNKNOWN;

static platform_mutex mutex = PLATFORM_MUTEX_INITIALIZER;
/// Under `mutex`: where one value was found. And that value: seeing it again proves nothing.
static long candidate_index = UNKNOWN;
static void *candidate_task;

/// The only word that holds `task`, or a negative number.
static long index_of(void *task, contextvars_runtime_block block) {
    if (block.count > MOST_WORDS) return UNAVAILABLE;
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
        candidate_index = index_of(task, contextvars_find_runtime_block());
        __atomic_store_n(&candidate_task, task, __ATOMIC_RELAXED);
        if (candidate_index < 0) __atomic_store_n(&trusted_index, UNAVAILABLE, __ATOMIC_RELAXED);
    } else if (candidate_index >= 0) {
        void *const *words = contextvars_runtime_words();
        if (words) {
            long index = words[candidate_index] == task ? candidate_index : UNAVAILABLE;
            __atomic_store_n(&trusted_index, index, __ATOMIC_RELAXED);
        }
    }
    platform_unlock(&mutex);
}

void *contextvars_find_running_task(void) {
    void *task = runtime_running_task();
#if defined(CONTEXTVARS_WITHOUT_RUNNING_TASK)
    return task;
#endif
    long index = __atomic_load_n(&trusted_index, __ATOMIC_RELAXED);
    if (index == UNKNOWN) {
        observe(task);
    } else if (index >= 0) {
        void *const *words = contextvars_runtime_words();
        if (words) contextvars_this_thread.running_task = &words[index];
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
