// SPDX-License-Identifier: Apache-2.0
/// Agents: the task or thread that runs the caller.
#ifndef CONTEXTVARS_AGENT_H
#define CONTEXTVARS_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Identifies an agent while it lives: a task's address, or the tagged address of what we keep for a thread.
typedef uintptr_t contextvars_agent;

enum {
    /// Set in the address of an agent that is a thread.
    CONTEXTVARS_THREAD = 1,
    /// Stands for an agent, or its task, that the runtime has to be asked for. It counts as no task.
    CONTEXTVARS_UNKNOWN = 8 | CONTEXTVARS_THREAD,
};

typedef struct contextvars_frame contextvars_frame;
typedef struct contextvars_reader contextvars_reader;

/// What the engine keeps for each thread.
typedef struct contextvars_thread {
    /// The frame that an agent on this thread was last found to own. It may be out of date: see `contextvars_frame`. At
    /// first one that nobody ever owns.
    contextvars_frame *frame;
#if !defined(CONTEXTVARS_PLAIN)
    /// Where the runtime keeps the task that runs on this thread; or a word that holds `CONTEXTVARS_UNKNOWN`
    /// (`learned/running_task.c`).
    void *_Nullable const *_Nonnull running_task;
    /// At least the number of slots among the thread's own values, which it has outside of tasks.
    size_t slots;
#endif
    /// The frame that an agent on this thread borrowed last, and its storage: both may be out of date. The frame that is
    /// nobody's, if there is none, or if the agent has to be asked for first.
    contextvars_frame *borrowed;
    struct contextvars_storage *_Nullable borrowed_storage;
#if defined(CONTEXTVARS_PLAIN)
    /// How many more reads may use it before the runtime is asked again (`borrowing.c`).
    size_t borrowed_uses;
#endif
    /// The slot that stays among the values of the thread, which it has outside of tasks (`anchor.c`); NULL before the first
    /// scope there.
    void *_Nullable anchor;
    /// Whether the thread is known to be one without an anchor.
    bool has_no_anchor;
    /// Frames that the thread keeps for its next bindings, linked by `storage` (`frame_pool.c`).
    contextvars_frame *_Nullable free_frames;
    size_t free_frame_count;
    /// The thread's mark for owners who want to release what it may be reading; NULL before its first borrowed read.
    contextvars_reader *_Nullable reader;
    /// The same, unless marks need a barrier: then NULL.
    contextvars_reader *_Nullable quick_reader;
    /// See `contextvars_keep_bits`.
    uint64_t kept_bits;
    /// Identities that the thread may give out.
    uint64_t next_identity, last_identity;
    /// Whether the thread is calling watchers.
    bool is_notifying;
    /// How many contexts are ending on the thread, each as a value of the one before, and what those have left that wait for
    /// the first (`Context.deinit`).
    size_t ending_contexts;
    void *_Nullable left_contents;
} contextvars_thread;

// The shortest way to a thread-local variable. A library that is loaded later can have it only where the C library keeps
// room for that: glibc does, others (Android, musl) don't.
#if defined(__ELF__) && defined(__GLIBC__)
#define CONTEXTVARS_TLS_MODEL __attribute__((tls_model("initial-exec")))
#else
#define CONTEXTVARS_TLS_MODEL
#endif

extern _Thread_local contextvars_thread contextvars_this_thread CONTEXTVARS_TLS_MODEL;

#if defined(CONTEXTVARS_PLAIN)

/// The task that runs the caller, or NULL on a thread outside of tasks.
void *_Nullable contextvars_running_task(void);

#else

/// The same, by the runtime's function. It tries to learn enough to spare the next caller the call.
void *_Nullable contextvars_find_running_task(void);

static inline void *_Nullable contextvars_running_task(void) {
    void *_Nullable task = *contextvars_this_thread.running_task;
    return task == (void *)CONTEXTVARS_UNKNOWN ? contextvars_find_running_task() : task;
}

#endif

/// The agent that a running task, or none, means on the calling thread.
static inline contextvars_agent contextvars_agent_of(void *_Nullable task) {
    return task ? (contextvars_agent)task : (contextvars_agent)&contextvars_this_thread | CONTEXTVARS_THREAD;
}

/// The task or thread that runs the caller.
static inline contextvars_agent contextvars_current_agent(void) {
    return contextvars_agent_of(contextvars_running_task());
}

/// The same, where it may be known already.
static inline contextvars_agent contextvars_known_agent(contextvars_agent agent) {
    return agent == CONTEXTVARS_UNKNOWN ? contextvars_current_agent() : agent;
}

/// Whether an agent is a task whose lifetime its parent's scope bounds (`async let`, task groups).
bool contextvars_agent_is_structured_child(contextvars_agent agent);

/// Whether the caller's thread is known to be the process's main thread.
bool contextvars_is_main_thread(void);

/// The flag of the calling thread that says whether it is calling watchers.
static inline bool *contextvars_thread_is_notifying(void) { return &contextvars_this_thread.is_notifying; }

/// The calling thread's `ending_contexts` and `left_contents`.
static inline size_t *contextvars_ending_contexts(void) { return &contextvars_this_thread.ending_contexts; }
static inline void *_Nullable *_Nonnull contextvars_left_contents(void) { return &contextvars_this_thread.left_contents; }

#pragma clang assume_nonnull end

#endif
