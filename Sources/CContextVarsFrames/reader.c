#include "contextvars_frames.h"

#include <pthread.h>
#include <stdlib.h>

#if defined(__linux__)
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

bool contextvars_readers_pass_barrier = true;

/// All readers that there have been; they are reused, and never freed.
static contextvars_reader *all;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_end;

static void give_back(void *reader) {
    contextvars_this_thread.reader = NULL;
    __atomic_store_n(&((contextvars_reader *)reader)->is_taken, false, __ATOMIC_RELEASE);
}

static void prepare(void) {
    pthread_key_create(&thread_end, give_back);
#if defined(__linux__) && defined(SYS_membarrier)
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0) {
        // Before the first reader begins: each has gone through `pthread_once`.
        __atomic_store_n(&contextvars_readers_pass_barrier, false, __ATOMIC_RELAXED);
    }
#endif
}

/// A reader that no thread has.
static contextvars_reader *take_free(void) {
    for (contextvars_reader *reader = __atomic_load_n(&all, __ATOMIC_ACQUIRE); reader; reader = reader->next) {
        if (!__atomic_exchange_n(&reader->is_taken, true, __ATOMIC_ACQUIRE)) return reader;
    }
    return NULL;
}

static contextvars_reader *add(void) {
    // A cache line of its own: other threads' marks are in others.
    contextvars_reader *reader = NULL;
    if (posix_memalign((void **)&reader, 64, 64) != 0) abort();
    *reader = (contextvars_reader){.is_taken = true, .next = __atomic_load_n(&all, __ATOMIC_RELAXED)};
    // Release, with the acquire in `take_free` and `contextvars_nobody_reads`: the reader is complete.
    while (!__atomic_compare_exchange_n(&all, &reader->next, reader, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
    }
    return reader;
}

contextvars_reader *contextvars_reader_take(void) {
    pthread_once(&once, prepare);
    contextvars_reader *reader = take_free();
    if (!reader) reader = add();
    contextvars_this_thread.reader = reader;
    pthread_setspecific(thread_end, reader);
    return reader;
}

/// Returns false where that isn't possible at this moment.
static bool make_readers_pass_barrier(void) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (__atomic_load_n(&contextvars_readers_pass_barrier, __ATOMIC_RELAXED)) return true;
#if defined(__linux__) && defined(SYS_membarrier)
    return syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
#else
    return false;
#endif
}

void contextvars_storage_publish(contextvars_storage *storage) {
    contextvars_storage_lock(storage);
    contextvars_storage_set_flag(storage, CONTEXTVARS_PUBLISHED, true);
    contextvars_storage_unlock(storage);
}

__attribute__((noinline)) void contextvars_end_reading(void) {
    // Release, with the acquire in `contextvars_nobody_reads`: the reads come before.
    __atomic_store_n(&contextvars_this_thread.reader->reading, NULL, __ATOMIC_RELEASE);
}

bool contextvars_nobody_reads(const contextvars_storage *storage) {
    pthread_once(&once, prepare);
    // Every reader that began before this has its mark where it can be seen; every later one sees the new version.
    if (!make_readers_pass_barrier()) return false;
    for (contextvars_reader *reader = __atomic_load_n(&all, __ATOMIC_ACQUIRE); reader; reader = reader->next) {
        if (__atomic_load_n(&reader->reading, __ATOMIC_ACQUIRE) == storage) return false;
    }
    return true;
}
