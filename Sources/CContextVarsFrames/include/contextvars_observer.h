// SPDX-License-Identifier: Apache-2.0
/// What diagnostics are told of contexts: nothing at all while nobody observes.
#ifndef CONTEXTVARS_OBSERVER_H
#define CONTEXTVARS_OBSERVER_H

#include "contextvars_frame.h"

#pragma clang assume_nonnull begin

/// Functions that are called on the thread where it happens, under no lock. They may use contexts.
typedef struct contextvars_observer {
    /// A frame was bound. `outer`: the agent's innermost frame before.
    void (*_Nonnull bound)(contextvars_frame *frame, contextvars_frame *_Nullable outer);
    /// A task has used the copy that was made for it for the first time.
    void (*_Nonnull adopted)(contextvars_frame *frame);
    /// A frame is about to end, with all that it has still there.
    void (*_Nonnull ending)(contextvars_frame *frame);
    /// The runtime has made a copy for a new task.
    void (*_Nonnull copied)(contextvars_storage *source, contextvars_storage *copy);
    /// A task ends that has never used its copy, which was `copied`.
    void (*_Nonnull discarded)(contextvars_storage *copy);
    /// A program has made a context of the values of a storage.
    void (*_Nonnull taken)(contextvars_storage *_Nullable source, contextvars_storage *made);
    /// A program has taken a snapshot of the values of a storage, or made one of another snapshot. A snapshot is known by the
    /// root of its map, as `contextvars_contents` has it, as long as it lives; an empty one by 0.
    void (*_Nonnull snapshot_taken)(contextvars_storage *_Nullable source, uintptr_t root);
    void (*_Nonnull snapshot_derived)(uintptr_t original, uintptr_t root);
    /// A variable, an `AnyContextVar`, was set or reset in a storage that the caller owns.
    void (*_Nonnull changed)(void *variable, contextvars_storage *storage, bool is_reset);
    /// A variable was read, or a `set` of it was refused, where no context is current.
    void (*_Nonnull lost)(void *variable, bool is_set);
    /// Work was handed over with a context, and has arrived where it runs. `flow` is a number for both.
    void (*_Nonnull handed_over)(uint64_t flow);
    void (*_Nonnull arrived)(uint64_t flow);
    /// Values went out to another service, or came in from one.
    void (*_Nonnull exchanged)(bool is_sent);
} contextvars_observer;

extern const contextvars_observer *_Nullable contextvars_observer_of_all;

/// The observer; NULL, nearly always, where nobody observes. Acquire, with the release in `contextvars_observe`.
static inline const contextvars_observer *_Nullable contextvars_current_observer(void) {
    return __atomic_load_n(&contextvars_observer_of_all, __ATOMIC_ACQUIRE);
}

/// Sets the observer, which must never be freed: a call may be under way when another one is set.
static inline void contextvars_observe(const contextvars_observer *_Nullable observer) {
    __atomic_store_n(&contextvars_observer_of_all, observer, __ATOMIC_RELEASE);
}

#pragma clang assume_nonnull end

#endif
