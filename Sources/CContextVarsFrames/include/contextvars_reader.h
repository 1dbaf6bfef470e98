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

/// Gives back the calling thread's reader, when the thread ends.
void contextvars_reader_give_back(void);

/// What a caller reads.
typedef struct contextvars_reading {
    /// NULL where no context is current.
    contextvars_storage *_Nullable storage;
    /// Where the caller doesn't own the storage: what has the mark, which it must clear (`contextvars_end_reading`).
    contextvars_reader *_Nullable reader;
} contextvars_reading;

/// Marks what a thread reads.
static inline void contextvars_mark(contextvars_reader *reader, const contextvars_storage *_Nullable storage) {
    // Release, with the acquire in `contextvars_nobody_reads`: a thread that finds this mark in place of an
    // earlier one, or none, knows that the earlier reading is over.
    __atomic_store_n(&reader->reading, storage, __ATOMIC_RELEASE);
}

/// The same as `contextvars_begin_reading`, for any thread and storage: gives the thread a reader, passes a barrier, and
/// publishes the storage, as need be.
contextvars_reading contextvars_prepare_and_begin_reading(contextvars_storage *storage);

/// Begins to read a borrowed storage. What `contextvars_storage_values` gives stays until `contextvars_end_reading`.
__attribute__((always_inline)) static inline contextvars_reading contextvars_begin_reading(contextvars_storage *storage) {
    contextvars_reader *_Nullable quick = contextvars_this_thread.quick_reader;
    if (!quick) return contextvars_prepare_and_begin_reading(storage);
    contextvars_reader *reader = (contextvars_reader *)quick;
    contextvars_mark(reader, storage);
    // The mark before all that follows, for everybody who looks: the owner's `membarrier` makes a compiler barrier enough.
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    bool is_published = contextvars_storage_has_flag(storage, CONTEXTVARS_PUBLISHED);
    return is_published ? (contextvars_reading){storage, reader} : contextvars_prepare_and_begin_reading(storage);
}

/// Begins to read what the calling agent reaches, where `contextvars_cached_frame` has found no frame.
///
/// `agent`: as in `contextvars_reach`, which finds the same. A structured child is spared most of what that asks.
contextvars_reading contextvars_begin_reading_reached(contextvars_agent agent);

/// Ends it. What the caller wants to keep, it has retained before, which the compiler mustn't move behind this.
static inline void contextvars_end_reading(contextvars_reader *reader) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    contextvars_mark(reader, NULL);
}

/// The same for a caller that hasn't kept the reader.
static inline void contextvars_end_reading_here(void) {
    contextvars_end_reading((contextvars_reader *)contextvars_this_thread.reader);
}

/// Keeps the bits of a value beyond the end of the reading, until the calling thread reads again.
static inline const uint64_t *contextvars_keep_bits(uint64_t bits) {
    contextvars_this_thread.kept_bits = bits;
    return &contextvars_this_thread.kept_bits;
}

/// Whether nobody is reading a storage. Readers that begin later see what the caller has written before. Never waits.
bool contextvars_nobody_reads(const contextvars_storage *storage);

/// The same, after a wait of some milliseconds where somebody is reading. The caller has the lock of the storage, which isn't
/// published, so that nobody else begins.
bool contextvars_readers_leave(const contextvars_storage *storage);

#pragma clang assume_nonnull end

#endif
