// SPDX-License-Identifier: Apache-2.0
#ifndef CMEASURE_H
#define CMEASURE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/// Makes the optimiser believe that a number is used, and that any memory may have changed.
///
/// No instruction comes of it but what puts the number in a register, so a sink in a loop of some nanoseconds does not
/// hide what is measured.
static inline void measure_keep(int64_t number) {
    __asm__ volatile("" : : "r"(number) : "memory");
}

/// The same for an address: of an object, say, which then has to exist.
static inline void measure_keep_address(const void *address) {
    __asm__ volatile("" : : "r"(address) : "memory");
}

/// The time in nanoseconds, of a clock that only goes forward.
static inline uint64_t measure_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/// What the heap of the whole process did while it was counted.
typedef struct {
    /// How many blocks were allocated.
    int64_t allocations;
    /// How many bytes were allocated less those that were freed, with the allocator's own header of each block.
    int64_t live_bytes;
} measure_heap;

/// Whether allocations can be counted with this C library.
bool measure_can_count_heap(void);

/// Counts from zero, on all threads, until `measure_stop_counting_heap`.
void measure_start_counting_heap(void);

/// Ends the counting and returns what was counted.
measure_heap measure_stop_counting_heap(void);

/// Gives what the allocator keeps for later back to the system, where the C library can.
void measure_trim_heap(void);

/// Whether the Swift runtime is in the same executable as this function, rather than in a library.
bool measure_swift_runtime_is_static(void);

/// What the Swift runtime does for a binding of its own: pushes a word as a task-local value and pops it. `type`: the metadata
/// of a Swift type that is one word of plain bits.
void measure_push_and_pop(const void *type);

/// Has the runtime look for a task-local value that isn't bound.
void measure_look_for_value(void);

/// Asks the runtime which task runs.
void measure_ask_for_task(void);

/// Asks the runtime whether a task group is open.
void measure_ask_for_group(void);

/// Keeps the calling thread on one processor, where the system can and there is such a processor.
void measure_keep_thread_on(int processor);

/// Calls the body.
///
/// Under `valgrind --tool=callgrind --toggle-collect=measure_count_instructions` the instructions of this call are counted,
/// on the calling thread, and no others.
void measure_count_instructions(void (*body)(void *context), void *context);

#endif
