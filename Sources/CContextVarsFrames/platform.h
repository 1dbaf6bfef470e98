// SPDX-License-Identifier: Apache-2.0
/// What operating systems give in ways of their own: locks, the end of a thread, memory in pages, barriers that reach other
/// threads.
#ifndef CONTEXTVARS_PLATFORM_H
#define CONTEXTVARS_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>

// MARK: Locks

#if defined(_WIN32)

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

typedef SRWLOCK platform_mutex;
#define PLATFORM_MUTEX_INITIALIZER SRWLOCK_INIT
static inline void platform_lock(platform_mutex *mutex) { AcquireSRWLockExclusive(mutex); }
static inline bool platform_try_lock(platform_mutex *mutex) { return TryAcquireSRWLockExclusive(mutex) != 0; }
static inline void platform_unlock(platform_mutex *mutex) { ReleaseSRWLockExclusive(mutex); }

#elif defined(__wasi__) && !defined(_REENTRANT)

// One thread, which never waits for another one.
typedef struct {
    bool unused;
} platform_mutex;
#define PLATFORM_MUTEX_INITIALIZER {false}
static inline void platform_lock(platform_mutex *mutex) { (void)mutex; }
static inline bool platform_try_lock(platform_mutex *mutex) { return mutex != NULL; }
static inline void platform_unlock(platform_mutex *mutex) { (void)mutex; }

#else

#include <pthread.h>

typedef pthread_mutex_t platform_mutex;
#define PLATFORM_MUTEX_INITIALIZER PTHREAD_MUTEX_INITIALIZER
static inline void platform_lock(platform_mutex *mutex) { pthread_mutex_lock(mutex); }
static inline bool platform_try_lock(platform_mutex *mutex) { return pthread_mutex_trylock(mutex) == 0; }
static inline void platform_unlock(platform_mutex *mutex) { pthread_mutex_unlock(mutex); }

#endif

/// Lets other threads run: at first only those that are ready, after some attempts all others, for a moment.
void platform_wait(unsigned attempt);

// MARK: Threads

/// Makes sure that `contextvars_thread_ends` is called on the calling thread when that ends.
void platform_watch_thread_end(void);

/// Gives back what the engine keeps for the calling thread.
void contextvars_thread_ends(void);

/// Whether the caller's thread is known to be the process's main thread.
bool platform_is_main_thread(void);

/// Calls a function before the process forks, and another one after that in both processes.
void platform_watch_fork(void (*before)(void), void (*after)(void));

// MARK: Memory

/// Memory that reads as zero, aligned to its size, a power of two.
void *platform_map(size_t size);

/// Gives pages of that memory back to the system; they stay readable. What is read in them then is what was there, or zero.
/// Returns false where the system has no such way.
bool platform_give_back(void *memory, size_t size);

/// Memory in a cache line that nothing else uses.
void *platform_cache_line(void);

// MARK: Barriers

/// Prepares what `platform_pass_barrier_everywhere` needs. Returns false if the system doesn't have it.
bool platform_prepare_barrier(void);

/// Makes all running threads of the process pass a memory barrier. Returns false if that failed.
bool platform_pass_barrier_everywhere(void);

#endif
