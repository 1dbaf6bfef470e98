// SPDX-License-Identifier: Apache-2.0
// What a handover takes along.
#ifndef CONTEXTVARS_AUTOMATIC_CARRIED_H
#define CONTEXTVARS_AUTOMATIC_CARRIED_H

#include "boundary.h"

#if CONTEXTVARS_CAN_INTERPOSE

/// Bits of `carried_state` besides the enabled kinds.
enum { CARRIED_OBSERVED = 1 << 8 };

/// The kinds that are enabled, and whether handovers are observed.
extern _Atomic(unsigned) carried_state;

/// Set before any kind is enabled.
extern _Atomic(const contextvars_automatic_engine *) carried_engine;

/// What one piece of work was handed over with.
typedef struct carried {
    bool has_snapshot;
    uintptr_t snapshot[CONTEXTVARS_AUTOMATIC_SNAPSHOT_WORDS];
    /// What the observer was told; NULL where there was none.
    contextvars_automatic_handover *observed;
} carried;

/// What a thread is doing, as far as handovers depend on it. Each piece of handed-over work begins with all of it clear.
typedef struct carried_thread {
    /// The handover of the work that is running; NULL where it wasn't observed.
    const contextvars_automatic_handover *handover;
    /// Whether what is handed over now is machinery that many pieces of work share, which must not have the context of the
    /// one that happened to set it up.
    bool is_shared;
    /// On whose behalf work is handed over now; NULL for the current context.
    const carried *on_behalf_of;
} carried_thread;

extern _Thread_local carried_thread carried_this_thread
    __attribute__((tls_model("initial-exec")));

/// What a handover has to take along: bits.
typedef unsigned carried_needs;
enum {
    CARRIED_SNAPSHOT = 1,
    CARRIED_NOTE = 2,
    /// Nothing; but what the work does to the thread's state has to end with it.
    CARRIED_NOTHING_SHARED = 4,
};

/// What the caller's handover takes along. The question that each call asks: a few loads where the answer is nothing.
static inline carried_needs carried_find_needs(const boundary *boundary) {
    unsigned state = atomic_load_explicit(&carried_state, memory_order_acquire);
    if (!(state & (boundary->kind | CARRIED_OBSERVED))) return 0;
    carried_needs needs = state & CARRIED_OBSERVED ? CARRIED_NOTE : 0;
    if (!(state & boundary->kind)) return needs;
    const carried_thread *thread = &carried_this_thread;
    if (__builtin_expect(thread->is_shared, 0)) return needs | CARRIED_NOTHING_SHARED;
    const carried *other = thread->on_behalf_of;
    if (__builtin_expect(other != NULL, 0)) return other->has_snapshot ? needs | CARRIED_SNAPSHOT : needs;
    const contextvars_automatic_engine *engine = atomic_load_explicit(&carried_engine, memory_order_relaxed);
    return engine->has_context() ? needs | CARRIED_SNAPSHOT : needs;
}

/// Takes along what is needed, and tells the observer. Move the result with `carried_move` only.
void carried_begin(carried *carried, carried_needs needs, const boundary *boundary, const void *caller);

/// Moves it to another place, where nothing is.
void carried_move(carried *from, carried *to);

/// Ends it.
void carried_end(carried *carried);

/// Calls a function in what was taken along, any number of times, and at once on several threads.
void carried_run(const carried *carried, void (*function)(void *), void *argument);

#endif
#endif
