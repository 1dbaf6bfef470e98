// SPDX-License-Identifier: Apache-2.0
/// Functions of libdispatch, the thread library and Foundation's transfers that stand before the real ones, and carry contexts.
///
/// Everything here is internal to swift-contextvars. The vocabulary:
///
/// - A *boundary* is a function that makes a block or a routine run later or elsewhere: `dispatch_async`, `pthread_create`.
/// - A *handover* is one call of a boundary.
/// - A boundary is *interposed* where callers reach the function of this target first. `boundary.h` explains how.
#ifndef CONTEXTVARS_AUTOMATIC_H
#define CONTEXTVARS_AUTOMATIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// What kind of work a boundary hands over; the bits of `contextvars_automatic_enable`.
enum {
    CONTEXTVARS_AUTOMATIC_DISPATCH = 1,
    CONTEXTVARS_AUTOMATIC_THREADS = 2,
};

// MARK: Implemented in Swift

/// The room for a Swift `ContextSnapshot`, in words.
enum { CONTEXTVARS_AUTOMATIC_SNAPSHOT_WORDS = 4 };

/// What a handover needs from the engine.
typedef struct contextvars_automatic_engine {
    /// Whether the caller has a context to hand over.
    bool (*_Nonnull has_context)(void);
    /// Writes a snapshot of the caller's context.
    void (*_Nonnull capture)(void *snapshot);
    /// Writes a copy of a snapshot.
    void (*_Nonnull copy)(void *snapshot, const void *original);
    /// Ends what `capture` or `copy` has written.
    void (*_Nonnull release)(void *snapshot);
    /// Calls a function in a copy of the snapshot.
    void (*_Nonnull run)(const void *snapshot, void (*_Nonnull function)(void *), void *argument);
    /// The binding that `run` has just made, to name it to `leave`.
    void *_Nullable (*_Nonnull binding)(void);
    /// Ends a binding from within, in a thread that ends without returning. False if it isn't the innermost one: then its
    /// snapshot must stay.
    bool (*_Nonnull leave)(void *_Nullable binding);
} contextvars_automatic_engine;

// MARK: On and off

/// Whether this system has interposition at all.
bool contextvars_automatic_is_supported(void);

/// Makes the boundaries of these kinds carry contexts from now on, besides those that do already. Safe from any thread.
void contextvars_automatic_enable(unsigned kinds, const contextvars_automatic_engine *engine);

/// Makes every boundary pass on what it is given, unchanged. Work that was handed over before keeps its context.
void contextvars_automatic_disable(void);

/// The kinds that carry contexts now.
unsigned contextvars_automatic_enabled_kinds(void);

// MARK: Boundaries

/// One boundary, for lists of them.
typedef struct contextvars_automatic_boundary {
    const char *name;
    unsigned kind;
    /// Whether the program has the real function.
    bool is_present;
    bool is_interposed;
} contextvars_automatic_boundary;

/// How many boundaries there are.
size_t contextvars_automatic_boundary_count(void);

/// One of them.
contextvars_automatic_boundary contextvars_automatic_boundary_at(size_t index);

/// Whether the program's own threads can be told from those of pools: that takes the symbol table of the executable.
bool contextvars_automatic_knows_pools(void);

// MARK: Watching handovers

/// One handover, for diagnostics.
typedef struct contextvars_automatic_handover {
    /// The name of the boundary.
    const char *boundary;
    /// Where the caller goes on: an address in the code that handed the work over.
    const void *caller;
    /// The clock `CLOCK_MONOTONIC`, in nanoseconds.
    uint64_t time;
    /// The `ContextSnapshot` that the work runs in; NULL where no context was current, or the boundary was not enabled.
    const void *_Nullable snapshot;
    /// For the observer.
    void *_Nullable attachment;
} contextvars_automatic_handover;

/// What is called for every handover of interposed boundaries, also of disabled kinds and where no context is current.
typedef struct contextvars_automatic_observer {
    /// On the caller's thread, before the work is handed over.
    void (*_Nonnull handed_over)(contextvars_automatic_handover *handover);
    /// When nothing will run this work again. On any thread.
    void (*_Nonnull ended)(contextvars_automatic_handover *handover);
} contextvars_automatic_observer;

/// Sets the observer, which must never be freed; NULL, the default, for none.
void contextvars_automatic_observe(const contextvars_automatic_observer *_Nullable observer);

/// The handover of the work that the calling thread runs at this moment; NULL where it wasn't observed.
const contextvars_automatic_handover *_Nullable contextvars_automatic_current_handover(void);

#pragma clang assume_nonnull end

#endif
