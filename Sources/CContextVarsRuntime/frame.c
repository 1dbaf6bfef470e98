#include "frame.h"

contextvars_frame *contextvars_reach_frame(contextvars_access *access) {
    contextvars_agent agent = contextvars_current_agent();
    contextvars_frame *frame = contextvars_task_local_get();
    if (!frame) {
        *access = CONTEXTVARS_ACCESS_NONE;
        return NULL;
    }
    contextvars_agent owner = atomic_load_explicit(&frame->owner, memory_order_relaxed);
    if (owner == CONTEXTVARS_OWNER_ADOPTABLE && !contextvars_agent_is_structured_child(agent)) {
        atomic_store_explicit(&frame->owner, agent, memory_order_relaxed);
        owner = agent;
    }
    if (owner != agent) {
        *access = CONTEXTVARS_ACCESS_BORROWED;
        return frame;
    }
    contextvars_this_thread.frame = frame;
    *access = CONTEXTVARS_ACCESS_OWNED;
    return frame;
}

void contextvars_bind(contextvars_frame *frame) {
    contextvars_frame *outer = contextvars_cached_frame();
    if (!outer) {
        contextvars_access access;
        outer = contextvars_reach_frame(&access);
        if (access != CONTEXTVARS_ACCESS_OWNED) outer = NULL;
    }
    frame->outer = outer;
    contextvars_task_local_push(frame);
    if (outer) atomic_store_explicit(&outer->owner, CONTEXTVARS_OWNER_NONE, memory_order_relaxed);
    atomic_store_explicit(&frame->owner, contextvars_current_agent(), memory_order_relaxed);
    contextvars_this_thread.frame = frame;
}

void contextvars_unbind(contextvars_frame *frame) {
    contextvars_frame *outer = frame->outer;
    contextvars_agent agent = atomic_load_explicit(&frame->owner, memory_order_relaxed);
    atomic_store_explicit(&frame->owner, CONTEXTVARS_OWNER_NONE, memory_order_relaxed);
    if (outer) atomic_store_explicit(&outer->owner, agent, memory_order_relaxed);
    contextvars_this_thread.frame = outer;
    contextvars_task_local_pop();
}

void *contextvars_frame_context_or_lock(contextvars_frame *frame) {
    for (unsigned attempt = 0;;) {
        uintptr_t context = 0;
        if (atomic_compare_exchange_strong_explicit(
                &frame->context, &context, CONTEXTVARS_DRAFT_LOCKED, memory_order_acquire, memory_order_acquire)) {
            return NULL;
        }
        if (context > CONTEXTVARS_DRAFT_LOCKED) return (void *)context;
        if (++attempt > 100) contextvars_wait(attempt - 100);
    }
}
