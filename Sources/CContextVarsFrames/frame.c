#include "frame.h"

contextvars_frame contextvars_nobodys_frame;

contextvars_frame *contextvars_reach_frame(contextvars_access *access) {
    if (*contextvars_this_thread.running_task == (void *)CONTEXTVARS_TASK_UNKNOWN) {
        // Then `contextvars_cached_frame` has found nothing, where it would have otherwise.
        contextvars_frame *cached = contextvars_this_thread.frame;
        if (atomic_load_explicit(&cached->owner, memory_order_relaxed) == contextvars_current_agent()) {
            *access = CONTEXTVARS_ACCESS_OWNED;
            return cached;
        }
    }
    contextvars_frame *frame = contextvars_has_no_context() ? NULL : contextvars_task_local_get();
    if (!frame) {
        *access = CONTEXTVARS_ACCESS_NONE;
        return NULL;
    }
    contextvars_agent agent = contextvars_current_agent();
    frame = contextvars_innermost(frame, agent);
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

/// The calling agent's innermost frame, if it owns one.
static contextvars_frame *own_frame(void) {
    contextvars_frame *frame = contextvars_cached_frame();
    if (frame) return frame;
    contextvars_access access;
    frame = contextvars_reach_frame(&access);
    return access == CONTEXTVARS_ACCESS_OWNED ? frame : NULL;
}

/// Makes a frame its agent's innermost one.
static void enter(contextvars_frame *frame, contextvars_frame *outer, contextvars_agent agent) {
    frame->outer = outer;
    if (outer) atomic_store_explicit(&outer->owner, CONTEXTVARS_OWNER_NONE, memory_order_relaxed);
    atomic_store_explicit(&frame->owner, agent, memory_order_relaxed);
    contextvars_this_thread.frame = frame;
}

void contextvars_bind(contextvars_frame *frame) {
    contextvars_frame *outer = own_frame();
    contextvars_task_local_push(frame);
    enter(frame, outer, contextvars_current_agent());
}

/// Whether code that runs now may create structured children without suspending: in the body of a task group.
static bool is_in_task_group(void *task) {
    if (!task || contextvars_task_word_is(task, &contextvars_known_task_layout.records, NULL)) return false;
    return swift_task_hasTaskGroupStatusRecord();
}

/// Whether the caller reaches an anchored frame of its own. Not in an isolated deinitialiser: there the runtime hides the
/// storage, and no task would copy what rides on it.
static bool is_in_sight(contextvars_frame *anchor, void *task) {
    bool is_latest = contextvars_task_word_is(task, &contextvars_known_task_layout.values, anchor->item);
    return is_latest || contextvars_task_local_get() == anchor;
}

void contextvars_bind_for_synchronous_code(contextvars_frame *frame) {
    contextvars_frame *outer = own_frame();
    void *task = contextvars_running_task();
    contextvars_frame *anchor = outer && outer->anchor ? outer->anchor : outer;
    bool may_ride = outer && (outer->anchor || !is_in_task_group(task));
    if (may_ride && is_in_sight(anchor, task)) {
        frame->anchor = anchor;
        atomic_store_explicit(&anchor->rider, frame, memory_order_relaxed);
    } else {
        contextvars_task_local_push(frame);
    }
    enter(frame, outer, contextvars_agent_of(task));
}

void contextvars_unbind(contextvars_frame *frame) {
    contextvars_frame *outer = frame->outer, *anchor = frame->anchor;
    contextvars_agent agent = atomic_load_explicit(&frame->owner, memory_order_relaxed);
    atomic_store_explicit(&frame->owner, CONTEXTVARS_OWNER_NONE, memory_order_relaxed);
    if (outer) atomic_store_explicit(&outer->owner, agent, memory_order_relaxed);
    contextvars_this_thread.frame = outer ? outer : &contextvars_nobodys_frame;
    // Not released within the pop: what that runs may bind frames, and a thread's storage, which the runtime frees with
    // the last value in it, would be freed twice.
    contextvars_contents contents;
    bool has_contents = contextvars_frame_take(frame, &contents);
    if (anchor) {
        atomic_store_explicit(&anchor->rider, outer == anchor ? NULL : outer, memory_order_relaxed);
        frame->anchor = NULL;
        contextvars_frame_free(frame);
    } else {
        contextvars_task_local_pop();
    }
    if (has_contents) contextvars_contents_release(&contents);
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
