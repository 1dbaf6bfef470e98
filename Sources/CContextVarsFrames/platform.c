// SPDX-License-Identifier: Apache-2.0
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "platform.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#include <malloc.h>
#elif defined(__wasi__)
#include <sched.h>
#else
#include <sched.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define PLATFORM_LOOKS_FOR_LEAKS 1
#endif
#endif

// MARK: Threads

#if defined(_WIN32)

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static DWORD thread_end;

static void WINAPI call_thread_ends(void *unused) {
    (void)unused;
    contextvars_thread_ends();
}

static BOOL WINAPI prepare(INIT_ONCE *unused, void *parameter, void **context) {
    (void)unused, (void)parameter, (void)context;
    thread_end = FlsAlloc(call_thread_ends);
    return TRUE;
}

void platform_watch_thread_end(void) {
    InitOnceExecuteOnce(&once, prepare, NULL, NULL);
    FlsSetValue(thread_end, &once);
}

void platform_wait(unsigned attempt) {
    if (attempt < 16) SwitchToThread(); else Sleep(1);
}

void platform_watch_fork(void (*before)(void), void (*after)(void)) { (void)before, (void)after; }

#elif defined(__wasi__) && !defined(_REENTRANT)

// The thread ends with the process.
void platform_watch_thread_end(void) {}

void platform_wait(unsigned attempt) {
    (void)attempt;
    sched_yield();
}

void platform_watch_fork(void (*before)(void), void (*after)(void)) { (void)before, (void)after; }

#else

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_end;

static void call_thread_ends(void *unused) {
    (void)unused;
    contextvars_thread_ends();
}

static void prepare(void) { pthread_key_create(&thread_end, call_thread_ends); }

void platform_watch_thread_end(void) {
    pthread_once(&once, prepare);
    pthread_setspecific(thread_end, &once);
}

void platform_wait(unsigned attempt) {
    struct timespec pause = {.tv_nsec = 50000};
    if (attempt < 16) sched_yield(); else nanosleep(&pause, NULL);
}

void platform_watch_fork(void (*before)(void), void (*after)(void)) {
#if defined(__wasi__)
    (void)before, (void)after;
#else
    pthread_atfork(before, after, after);
#endif
}

#endif

bool platform_is_main_thread(void) {
#if defined(__APPLE__)
    return pthread_main_np() != 0;
#elif defined(__linux__)
    return syscall(SYS_gettid) == getpid();
#elif defined(__wasi__) && !defined(_REENTRANT)
    return true;
#else
    return false;
#endif
}

// MARK: Memory

void *platform_map(size_t size) {
#if defined(_WIN32) || defined(__wasi__)
#if defined(_WIN32)
    void *memory = _aligned_malloc(size, size);
#else
    void *memory = aligned_alloc(size, size);
#endif
    if (!memory) abort();
    return memset(memory, 0, size);
#else
    // Maps twice as much as is needed, and keeps the part that is aligned.
    char *mapped = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (mapped == MAP_FAILED) abort();
    char *aligned = (char *)(((uintptr_t)mapped + size - 1) & ~(uintptr_t)(size - 1));
    if (aligned > mapped) munmap(mapped, (size_t)(aligned - mapped));
    munmap(aligned + size, (size_t)(mapped + size - aligned));
#if PLATFORM_LOOKS_FOR_LEAKS
    // The LeakSanitizer looks for pointers in memory from `malloc`, and in no other mapped memory. It would report what only a
    // frame refers to as a leak.
    __lsan_register_root_region(aligned, size);
#endif
    return aligned;
#endif
}

bool platform_give_back(void *memory, size_t size) {
#if defined(_WIN32) || defined(__wasi__)
    // Windows doesn't say what is read in memory that was given back.
    (void)memory, (void)size;
    return false;
#else
    // The system rounds to whole pages of its own, which are larger on some (64 KiB on some ARM servers): then it would
    // take what lies beside.
    if ((size_t)sysconf(_SC_PAGESIZE) > size) return false;
#if defined(MADV_FREE_REUSABLE)
    return madvise(memory, size, MADV_FREE_REUSABLE) == 0;
#else
    return madvise(memory, size, MADV_DONTNEED) == 0;
#endif
#endif
}

void *platform_cache_line(void) {
    enum { LINE = 64 };
#if defined(_WIN32)
    void *memory = _aligned_malloc(LINE, LINE);
#elif defined(__wasi__)
    void *memory = aligned_alloc(LINE, LINE);
#else
    void *memory = NULL;
    if (posix_memalign(&memory, LINE, LINE) != 0) abort();
#endif
    if (!memory) abort();
    return memory;
}

// MARK: Barriers

#if defined(__linux__) && defined(SYS_membarrier)

// The kernel's numbers; its headers aren't everywhere.
enum { MEMBARRIER_PRIVATE_EXPEDITED = 1 << 3, MEMBARRIER_REGISTER_PRIVATE_EXPEDITED = 1 << 4 };

bool platform_prepare_barrier(void) { return syscall(SYS_membarrier, MEMBARRIER_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0; }

bool platform_pass_barrier_everywhere(void) { return syscall(SYS_membarrier, MEMBARRIER_PRIVATE_EXPEDITED, 0, 0) == 0; }

#elif defined(_WIN32)

bool platform_prepare_barrier(void) { return true; }

bool platform_pass_barrier_everywhere(void) {
    FlushProcessWriteBuffers();
    return true;
}

#else

bool platform_prepare_barrier(void) { return false; }

bool platform_pass_barrier_everywhere(void) { return false; }

#endif
