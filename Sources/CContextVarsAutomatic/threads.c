// SPDX-License-Identifier: Apache-2.0
// Threads that a program starts.

#define _GNU_SOURCE
#include "carried.h"
#include "pools.h"

#if CONTEXTVARS_CAN_INTERPOSE
#include <pthread.h>
#include <stdlib.h>

/// What a new thread gets instead of its argument.
typedef struct thread_start {
    void *(*routine)(void *);
    void *argument;
    void *result;
    /// The binding in which the routine runs. It is ended by hand where the routine never returns.
    void *binding;
    carried carried;
} thread_start;

static void finish(thread_start *start) {
    carried_end(&start->carried);
    free(start);
}

/// The thread ends by `pthread_exit` or is cancelled: nothing below on the stack is returned to.
static void leave(void *argument) {
    thread_start *start = argument;
    const contextvars_automatic_engine *engine = atomic_load_explicit(&carried_engine, memory_order_relaxed);
    // `carried_run` isn't returned to. What destroys the thread's values runs next, and mustn't find what is freed here.
    carried_this_thread = (carried_thread){0};
    if (!start->carried.has_snapshot || engine->leave(start->binding)) finish(start);
}

static void call_routine(void *argument) {
    thread_start *start = argument;
    const contextvars_automatic_engine *engine = atomic_load_explicit(&carried_engine, memory_order_relaxed);
    if (start->carried.has_snapshot) start->binding = engine->binding();
    pthread_cleanup_push(leave, start);
    start->result = start->routine(start->argument);
    pthread_cleanup_pop(0);
}

static void *run_thread(void *argument) {
    thread_start *start = argument;
    carried_run(&start->carried, call_routine, start);
    void *result = start->result;
    finish(start);
    return result;
}

INTERPOSED(
    int, pthread_create, threads,
    (pthread_t * thread, const pthread_attr_t *attributes, void *(*routine)(void *), void *argument)
) {
    carried_needs needs = carried_find_needs(&boundary_of_pthread_create);
    if (__builtin_expect(!(needs & (CARRIED_SNAPSHOT | CARRIED_NOTE)), 1) || pools_start_thread_at(__builtin_return_address(0))) {
        return NEXT(pthread_create)(thread, attributes, routine, argument);
    }
    thread_start *start = malloc(sizeof *start);
    if (!start) return NEXT(pthread_create)(thread, attributes, routine, argument);
    *start = (thread_start){.routine = routine, .argument = argument};
    carried_begin(&start->carried, needs, &boundary_of_pthread_create, __builtin_return_address(0));
    int error = NEXT(pthread_create)(thread, attributes, run_thread, start);
    if (error) finish(start);
    return error;
}

#endif
