// SPDX-License-Identifier: Apache-2.0
#include "platform.h"
#include "slot.h"

/// Who passes a barrier, so that an owner sees the marks of readers: each reader, or all threads when an owner asks.
///
/// Decided by the first thread that finds out, before the first reader begins.
enum { UNKNOWN, BY_EACH_READER, BY_ALL_WHEN_ASKED };
static int barrier = UNKNOWN;

/// All readers that there have been; they are reused, and never freed.
static contextvars_reader *all;

/// Finds out, before the first reader begins, whether owners can make all threads pass a barrier.
///
/// Several threads may find out at once. (A lock might be found locked for good by a child of `fork`.)
static void prepare(void) {
    if (__atomic_load_n(&barrier, __ATOMIC_RELAXED) != UNKNOWN) return;
    int unknown = UNKNOWN, found = platform_prepare_barrier() ? BY_ALL_WHEN_ASKED : BY_EACH_READER;
    __atomic_compare_exchange_n(&barrier, &unknown, found, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/// Whether a thread that has a reader passes a barrier when it marks a storage.
static bool each_reader_passes(void) { return __atomic_load_n(&barrier, __ATOMIC_RELAXED) != BY_ALL_WHEN_ASKED; }

void contextvars_reader_give_back(void) {
    contextvars_reader *reader = contextvars_this_thread.reader;
    contextvars_this_thread.reader = contextvars_this_thread.quick_reader = NULL;
    // Release, with the acquire in `take_free`: what the thread did with the mark.
    if (reader) __atomic_store_n(&reader->is_taken, false, __ATOMIC_RELEASE);
}

/// A reader that no thread has.
static contextvars_reader *take_free(void) {
    for (contextvars_reader *reader = __atomic_load_n(&all, __ATOMIC_ACQUIRE); reader; reader = reader->next) {
        if (!__atomic_exchange_n(&reader->is_taken, true, __ATOMIC_ACQUIRE)) return reader;
    }
    return NULL;
}

static contextvars_reader *add(void) {
    // Other threads' marks are in other cache lines.
    contextvars_reader *reader = platform_cache_line();
    *reader = (contextvars_reader){.is_taken = true, .next = __atomic_load_n(&all, __ATOMIC_RELAXED)};
    // Release, with the acquire in `take_free` and `contextvars_nobody_reads`: the reader is complete.
    while (!__atomic_compare_exchange_n(&all, &reader->next, reader, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
    }
    return reader;
}

/// Gives the calling thread a reader.
static contextvars_reader *take(void) {
    prepare();
    contextvars_reader *reader = take_free();
    if (!reader) reader = add();
    contextvars_this_thread.reader = reader;
    if (!each_reader_passes()) contextvars_this_thread.quick_reader = reader;
    platform_watch_thread_end();
    return reader;
}

/// Returns false where that isn't possible at this moment.
static bool make_readers_pass_barrier(void) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return each_reader_passes() || platform_pass_barrier_everywhere();
}

/// Sees to it that children may read a storage without its lock.
///
/// An owner that sets all the time has the lock nearly always, so a child that doesn't get it leaves word.
static void publish(contextvars_storage *storage) {
    const uint8_t locked = CONTEXTVARS_LOCKED, wanted = CONTEXTVARS_WANTED;
    // Acquire, with the release in `unlock` and `publish`: what the owner wrote in place.
    for (unsigned attempt = 0; !contextvars_storage_has_flag(storage, CONTEXTVARS_PUBLISHED); attempt++) {
        if (!(__atomic_fetch_or(&storage->flags, locked | wanted, __ATOMIC_ACQUIRE) & locked)) {
            contextvars_storage_publish(storage);
            contextvars_storage_unlock(storage);
        } else if (attempt >= 100) {
            platform_wait(attempt - 100);
        }
    }
}

contextvars_reading contextvars_prepare_and_begin_reading(contextvars_storage *storage) {
    contextvars_reader *known = contextvars_this_thread.reader;
    contextvars_reader *reader = known ? known : take();
    for (;;) {
        contextvars_mark(reader, storage);
        // The mark before all that follows, as in `contextvars_begin_reading`.
        if (each_reader_passes()) {
            __atomic_thread_fence(__ATOMIC_SEQ_CST);
        } else {
            __atomic_signal_fence(__ATOMIC_SEQ_CST);
        }
        if (contextvars_storage_has_flag(storage, CONTEXTVARS_PUBLISHED)) return (contextvars_reading){storage, reader};
        // Without a mark meanwhile: an owner may be waiting for those that there are.
        contextvars_mark(reader, NULL);
        publish(storage);
    }
}

bool contextvars_nobody_reads(const contextvars_storage *storage) {
    prepare();
    // Every reader that began before this has its mark where it can be seen; every later one sees the new version.
    if (!make_readers_pass_barrier()) return false;
    for (contextvars_reader *reader = __atomic_load_n(&all, __ATOMIC_ACQUIRE); reader; reader = reader->next) {
        if (__atomic_load_n(&reader->reading, __ATOMIC_ACQUIRE) == storage) return false;
    }
    return true;
}

bool contextvars_readers_leave(const contextvars_storage *storage) {
    // Not for ever: after `fork`, a thread that was reading may be in the parent only.
    for (unsigned attempt = 0; attempt < 400; attempt++) {
        if (contextvars_nobody_reads(storage)) return true;
        platform_wait(attempt);
    }
    return false;
}
