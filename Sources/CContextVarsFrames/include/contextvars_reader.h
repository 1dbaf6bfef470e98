// SPDX-License-Identifier: Apache-2.0
/// Reading a published storage without its lock, and releasing what such readers may still see.
///
/// A reader marks its thread, reads, and clears the mark: two stores to a line that no other thread writes. An owner who
/// wants to release what was replaced makes all processors pass a barrier (`membarrier` on Linux), and then looks at all
/// marks. On systems without such a call, each reader passes a barrier. `Documentation/Design/borrowed-reads.md` has the
/// reasoning.
#ifndef CONTEXTVARS_READER_H
#define CONTEXTVARS_READER_H

#include "contextvars_frame.h"
#include "contextvars_storage.h"

#pragma clang assume_nonnull begin

struct contextvars_reader {
    /// What the thread is reading; NULL while it isn't.
    const contextvars_storage *_Nullable reading;
    /// Whether a thread has this reader.
    bool is_taken;
    contextvars_reader *_Nullable next;
};

/// Gives the calling thread a reader.
contextvars_reader *contextvars_reader_take(void);

/// Gives it back, when the thread ends.
void contextvars_reader_give_back(void);

/// Whether readers must pass a barrier, because owners have no way to make them.
extern bool contextvars_readers_pass_barrier;

/// Publishes a storage, so that it may be read without its lock.
void contextvars_storage_publish(contextvars_storage *storage);

/// Begins to read a borrowed storage. What `contextvars_storage_values` gives stays until `contextvars_end_reading`.
static inline void contextvars_begin_reading(contextvars_storage *storage) {
    contextvars_reader *_Nullable known = contextvars_this_thread.reader;
    contextvars_reader *reader = known ? (contextvars_reader *)known : contextvars_reader_take();
    // Release, with the acquire in `contextvars_nobody_reads`: an owner that finds this mark in place of an earlier one knows
    // that the earlier reading is over.
    __atomic_store_n(&reader->reading, storage, __ATOMIC_RELEASE);
    // The mark before all that follows, for everybody who looks: the owner's `membarrier` makes a compiler barrier enough.
    if (__atomic_load_n(&contextvars_readers_pass_barrier, __ATOMIC_RELAXED)) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    } else {
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    }
    if (!contextvars_storage_has_flag(storage, CONTEXTVARS_PUBLISHED)) contextvars_storage_publish(storage);
}

/// What can be told with few steps about an agent that doesn't own what its thread has cached.
typedef struct contextvars_glance {
    /// What the agent's parent has, which the caller has begun to read; or NULL.
    contextvars_storage *_Nullable storage;
    /// Whether no context is current for the agent.
    bool is_without;
} contextvars_glance;

/// Walks or asks; see `contextvars_glance_at_parent`.
contextvars_glance contextvars_ask_for_parents(contextvars_agent agent);

/// Looks only at what a structured child sees of its parent's. Where that tells nothing, `contextvars_reach` finds out.
/// `agent`: as there.
static inline contextvars_glance contextvars_glance_at_parent(contextvars_agent agent) {
#if defined(CONTEXTVARS_PLAIN)
    // Once the agent has been asked for, there is nothing left to save.
    if (agent || contextvars_this_thread.borrowed_uses == 0) return (contextvars_glance){NULL, false};
#else
    if (!agent || agent & CONTEXTVARS_THREAD) return (contextvars_glance){NULL, false};
#endif
    return contextvars_ask_for_parents(agent);
}

/// Ends the reading. By then the caller has retained what it keeps; the compiler mustn't move the retain behind this.
static inline void contextvars_end_reading(void) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    // Release, with the acquire in `contextvars_nobody_reads`: the reads come before.
    __atomic_store_n(&contextvars_this_thread.reader->reading, NULL, __ATOMIC_RELEASE);
}

/// Whether nobody is reading a storage. Readers that begin later see what the caller has written before. Never waits.
bool contextvars_nobody_reads(const contextvars_storage *storage);

#pragma clang assume_nonnull end

#endif
