// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "cmeasure.h"

#include <stdatomic.h>
#include <stddef.h>

// Counts allocations by being the process's malloc: an executable's definition comes before the C library's. Each
// function forwards to glibc's, so the allocator that is measured is the usual one, a predicted branch apart. Counting
// is off while time is measured: the counters are atomic, since a task's allocations may come from any thread.

static atomic_bool is_counting;
static atomic_llong allocations;
static atomic_llong live_bytes;

void measure_start_counting_heap(void) {
    atomic_store(&allocations, 0);
    atomic_store(&live_bytes, 0);
    atomic_store(&is_counting, true);
}

measure_heap measure_stop_counting_heap(void) {
    atomic_store(&is_counting, false);
    return (measure_heap){
        .allocations = atomic_load(&allocations),
        .live_bytes = atomic_load(&live_bytes),
    };
}

#if defined(__GLIBC__)

#include <errno.h>
#include <malloc.h>

bool measure_can_count_heap(void) { return true; }

void measure_trim_heap(void) { malloc_trim(0); }

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

// What glibc puts before each block.
enum { block_header = sizeof(size_t) };

static inline bool counts(void) {
    return __builtin_expect(atomic_load_explicit(&is_counting, memory_order_relaxed), false);
}

static void add(void *block, long long number, long long sign) {
    if (!block) return;
    atomic_fetch_add_explicit(&allocations, number, memory_order_relaxed);
    long long bytes = (long long)malloc_usable_size(block) + block_header;
    atomic_fetch_add_explicit(&live_bytes, sign * bytes, memory_order_relaxed);
}

static void *counted(void *block) {
    if (counts()) add(block, 1, 1);
    return block;
}

// So that, while nothing is counted, the call is a jump.
void *malloc(size_t size) { return counts() ? counted(__libc_malloc(size)) : __libc_malloc(size); }

void *calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size)); }

void *memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }

void *aligned_alloc(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    void *block = counted(__libc_memalign(alignment, size));
    if (!block) return ENOMEM;
    *result = block;
    return 0;
}

void *realloc(void *block, size_t size) {
    if (counts()) add(block, 0, -1);
    return counted(__libc_realloc(block, size));
}

void free(void *block) {
    if (counts()) add(block, 0, -1);
    __libc_free(block);
}

#else

bool measure_can_count_heap(void) { return false; }

void measure_trim_heap(void) {}

#endif
