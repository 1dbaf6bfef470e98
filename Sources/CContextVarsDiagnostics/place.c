// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>
#include <time.h>
#if defined(__linux__)
#include <unwind.h>
#endif

#include "contextvars_diagnostics.h"

// Functions of the Swift runtime; their declarations are in no public header.
#define NOT_SANITIZED __attribute__((no_sanitize("address", "thread")))

#define SWIFT_CC __attribute__((swiftcall))
extern SWIFT_CC uint64_t swift_task_getJobTaskId(void *job);
#if defined(__ELF__)
extern SWIFT_CC const char *swift_task_getCurrentTaskName(void) __attribute__((weak));
#endif

/// The end of the calling thread's stack: nothing beyond it is read.
static uintptr_t end_of_stack(void) {
    static _Thread_local uintptr_t end;
    if (end) return end;
#if defined(__APPLE__)
    end = (uintptr_t)pthread_get_stackaddr_np(pthread_self());
#elif defined(__linux__)
    pthread_attr_t attributes;
    void *start = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstack(&attributes, &start, &size);
        pthread_attr_destroy(&attributes);
    }
    end = (uintptr_t)start + size;
#endif
    return end;
}

/// Where the observer's function that is running was called; NULL outside of these.
static _Thread_local const uintptr_t *observed;
static _Thread_local bool is_diagnosing;

/// An asynchronous function of Swift marks the frame pointer that it saves, and has its context in the word before.
static const uintptr_t asynchronous = (uintptr_t)1 << 60;

/// Whether a word may be the address of words in a process. Code without frame pointers keeps anything where they would be:
/// a short string, say, has the bit of asynchronous functions too.
static bool may_be_address(uintptr_t word) {
    const uintptr_t first = 1 << 16, end = (uintptr_t)1 << 47;
    return word >= first && word < end && word % sizeof(uintptr_t) == 0;
}

/// The functions that await one another: each context leads to its caller's, and to the place where that goes on.
NOT_SANITIZED static int walk_contexts(const uintptr_t *context, uintptr_t *places, int count) {
    while (may_be_address((uintptr_t)context) && count < CONTEXTVARS_PLACE_DEPTH) {
        if (!context[1]) break;
        // Others are return addresses, which lie behind the call; this one is where a function begins.
        places[count++] = context[1] + 1;
        context = (const uintptr_t *)context[0];
    }
    return count;
}

NOT_SANITIZED void contextvars_walk(uintptr_t places[CONTEXTVARS_PLACE_DEPTH]) {
    uintptr_t end = end_of_stack();
    const uintptr_t *frame = observed ? observed : __builtin_frame_address(0);
    int count = 0;
    while (count < CONTEXTVARS_PLACE_DEPTH) {
        uintptr_t saved = frame[0], place = frame[1];
        uintptr_t callers = saved & ~asynchronous;
        if (callers != saved && (callers == 0 || may_be_address(callers))) {
            count = walk_contexts((const uintptr_t *)frame[-1], places, count);
            break;
        }
        if (!place) break;
        places[count++] = place;
        if (saved <= (uintptr_t)frame || !may_be_address(saved) || saved + 2 * sizeof(uintptr_t) > end) break;
        frame = (const uintptr_t *)saved;
    }
    if (count < CONTEXTVARS_PLACE_DEPTH) places[count] = 0;
}

#if defined(__linux__)
// Weak: in a program without it, only the first address is known.
extern _Unwind_Reason_Code _Unwind_Backtrace(_Unwind_Trace_Fn visit, void *argument) __attribute__((weak));

/// An unwinding of the calling thread's stack: what it looks for, and what it has found from there on.
typedef struct unwinding {
    uintptr_t first;
    uintptr_t *places;
    int count;
} unwinding;

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *argument) {
    unwinding *unwinding = argument;
    uintptr_t place = _Unwind_GetIP(context);
    if (place == unwinding->first) unwinding->first = 0;
    if (unwinding->first) return _URC_NO_REASON;
    unwinding->places[unwinding->count++] = place;
    return unwinding->count < CONTEXTVARS_HANDOVER_DEPTH ? _URC_NO_REASON : _URC_END_OF_STACK;
}
#endif

void contextvars_walk_from(const void *first, uintptr_t places[CONTEXTVARS_PLACE_DEPTH]) {
    int count = 0;
#if defined(__linux__)
    unwinding unwinding = {.first = (uintptr_t)first, .places = places};
    if (_Unwind_Backtrace) _Unwind_Backtrace(visit, &unwinding);
    count = unwinding.count;
#endif
    if (count == 0) places[count++] = (uintptr_t)first;
    places[count] = 0;
}

uint64_t contextvars_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

#if defined(__ELF__)
extern const char *dispatch_queue_get_label(void *queue) __attribute__((weak));
const char *contextvars_queue_label(void) { return dispatch_queue_get_label ? dispatch_queue_get_label(NULL) : NULL; }
#elif defined(__APPLE__)
extern const char *dispatch_queue_get_label(void *queue);
const char *contextvars_queue_label(void) { return dispatch_queue_get_label(NULL); }
#else
const char *contextvars_queue_label(void) { return NULL; }
#endif

uint64_t contextvars_lane(uintptr_t agent) {
    // The lowest bit of an agent's address says that it is a thread (`contextvars_agent.h`).
    if (!(agent & 1)) return swift_task_getJobTaskId((void *)agent) << 1;
    static uint64_t last;
    static _Thread_local uint64_t mine;
    if (!mine) mine = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED) << 1 | 1;
    return mine;
}

const char *contextvars_task_name(void) {
#if defined(__ELF__)
    return swift_task_getCurrentTaskName ? swift_task_getCurrentTaskName() : NULL;
#else
    return NULL;
#endif
}

void contextvars_thread_name(char name[64]) {
    name[0] = 0;
#if defined(__APPLE__) || defined(__GLIBC__)
    pthread_getname_np(pthread_self(), name, 64);
#endif
}

bool *contextvars_is_diagnosing(void) { return &is_diagnosing; }

// MARK: The observer

static const contextvars_observer *inner;

/// Calls one function of the real observer, unless the thread is in one already.
#define OBSERVED(name, parameters, ...)                                                                            \
    static void name parameters {                                                                                  \
        if (is_diagnosing) return;                                                                                 \
        is_diagnosing = true;                                                                                      \
        observed = __builtin_frame_address(0);                                                                     \
        __atomic_load_n(&inner, __ATOMIC_ACQUIRE)->name(__VA_ARGS__);                                              \
        observed = NULL;                                                                                           \
        is_diagnosing = false;                                                                                     \
    }

OBSERVED(bound, (contextvars_frame *frame, contextvars_frame *outer), frame, outer)
OBSERVED(adopted, (contextvars_frame *frame), frame)
OBSERVED(ending, (contextvars_frame *frame), frame)
OBSERVED(copied, (contextvars_storage *source, contextvars_storage *copy), source, copy)
OBSERVED(discarded, (contextvars_storage *copy), copy)
OBSERVED(taken, (contextvars_storage *source, contextvars_storage *made), source, made)
OBSERVED(snapshot_taken, (contextvars_storage *source, uintptr_t root), source, root)
OBSERVED(snapshot_derived, (uintptr_t original, uintptr_t root), original, root)
OBSERVED(changed, (void *variable, contextvars_storage *storage, bool is_reset), variable, storage, is_reset)
OBSERVED(lost, (void *variable, bool is_set), variable, is_set)
OBSERVED(handed_over, (uint64_t flow), flow)
OBSERVED(arrived, (uint64_t flow), flow)
OBSERVED(exchanged, (bool is_sent), is_sent)

const contextvars_observer *contextvars_observed_by(const contextvars_observer *observer) {
    static const contextvars_observer outer = {
        .bound = bound, .adopted = adopted, .ending = ending, .copied = copied, .discarded = discarded, .taken = taken,
        .snapshot_taken = snapshot_taken, .snapshot_derived = snapshot_derived, .changed = changed, .lost = lost,
        .handed_over = handed_over, .arrived = arrived, .exchanged = exchanged,
    };
    __atomic_store_n(&inner, observer, __ATOMIC_RELEASE);
    return &outer;
}
