// SPDX-License-Identifier: Apache-2.0
#include "carried.h"

#if CONTEXTVARS_CAN_INTERPOSE
#include <stdlib.h>
#include <time.h>

_Atomic(unsigned) carried_state;
_Atomic(const contextvars_automatic_engine *) carried_engine;

static _Atomic(const contextvars_automatic_observer *) observer;
_Thread_local carried_thread carried_this_thread;

void contextvars_automatic_enable(unsigned kinds, const contextvars_automatic_engine *engine) {
    atomic_store_explicit(&carried_engine, engine, memory_order_relaxed);
    atomic_fetch_or_explicit(&carried_state, kinds, memory_order_release);
}

static const contextvars_automatic_engine *engine(void) {
    return atomic_load_explicit(&carried_engine, memory_order_relaxed);
}

void contextvars_automatic_disable(void) {
    atomic_fetch_and_explicit(&carried_state, CARRIED_OBSERVED, memory_order_relaxed);
}

unsigned contextvars_automatic_enabled_kinds(void) {
    return atomic_load_explicit(&carried_state, memory_order_relaxed) & ~(unsigned)CARRIED_OBSERVED;
}

void contextvars_automatic_observe(const contextvars_automatic_observer *new_observer) {
    atomic_store_explicit(&observer, new_observer, memory_order_release);
    if (new_observer) {
        atomic_fetch_or_explicit(&carried_state, CARRIED_OBSERVED, memory_order_release);
    } else {
        atomic_fetch_and_explicit(&carried_state, ~(unsigned)CARRIED_OBSERVED, memory_order_relaxed);
    }
}

const contextvars_automatic_handover *contextvars_automatic_current_handover(void) {
    return carried_this_thread.handover;
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/// Tells the observer, which may have been removed by now.
static contextvars_automatic_handover *observe(carried *carried, const boundary *boundary, const void *caller) {
    const contextvars_automatic_observer *current = atomic_load_explicit(&observer, memory_order_acquire);
    contextvars_automatic_handover *handover = current ? malloc(sizeof *handover) : NULL;
    if (!handover) return NULL;
    *handover = (contextvars_automatic_handover){
        boundary->name, caller, now(), carried->has_snapshot ? carried->snapshot : NULL, NULL};
    current->handed_over(handover);
    return handover;
}

void carried_begin(carried *carried, carried_needs needs, const boundary *boundary, const void *caller) {
    carried->has_snapshot = needs & CARRIED_SNAPSHOT;
    if (carried->has_snapshot) {
        const struct carried *other = carried_this_thread.on_behalf_of;
        if (__builtin_expect(other != NULL, 0)) {
            engine()->copy(carried->snapshot, other->snapshot);
        } else {
            engine()->capture(carried->snapshot);
        }
    }
    carried->observed = needs & CARRIED_NOTE ? observe(carried, boundary, caller) : NULL;
}

void carried_move(carried *from, carried *to) {
    // A Swift value may be moved bit by bit.
    *to = *from;
    if (to->observed && to->has_snapshot) to->observed->snapshot = to->snapshot;
}

void carried_end(carried *carried) {
    if (carried->observed) {
        const contextvars_automatic_observer *current = atomic_load_explicit(&observer, memory_order_acquire);
        if (current) current->ended(carried->observed);
        free(carried->observed);
    }
    if (carried->has_snapshot) engine()->release(carried->snapshot);
}

void carried_run(const carried *carried, void (*function)(void *), void *argument) {
    carried_thread outer = carried_this_thread;
    carried_this_thread = (carried_thread){.handover = carried->observed};
    if (carried->has_snapshot) {
        engine()->run(carried->snapshot, function, argument);
    } else {
        function(argument);
    }
    carried_this_thread = outer;
}

#else

void contextvars_automatic_enable(unsigned kinds, const contextvars_automatic_engine *engine) {}
void contextvars_automatic_disable(void) {}
unsigned contextvars_automatic_enabled_kinds(void) { return 0; }
void contextvars_automatic_observe(const contextvars_automatic_observer *observer) {}
const contextvars_automatic_handover *contextvars_automatic_current_handover(void) { return NULL; }

#endif
