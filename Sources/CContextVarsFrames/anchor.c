// SPDX-License-Identifier: Apache-2.0
/// The anchor of a thread: a slot for the scopes outside of tasks to ride on.
///
/// Outside of tasks, the runtime keeps a thread's values on the heap, and frees everything with the last one. So the first
/// scope of a thread pushes a slot that leads to no frame, which stays until the thread ends: code that sees it alone has no
/// context. Bindings end in reverse order, so it may only be pushed where no other value is. The main thread has no anchor,
/// but its root (`main_thread.c`).

#include "platform.h"
#include "slot.h"

/// Whether the calling thread may have an anchor.
static bool may_have_anchor(contextvars_thread *thread) {
    if (thread->has_no_anchor || !contextvars_supports_staying_values()) return false;
    thread->has_no_anchor = contextvars_is_main_thread();
    return !thread->has_no_anchor;
}

/// Pushes the anchor of a thread that sees no slot.
static contextvars_slot *make_anchor(contextvars_thread *thread) {
    contextvars_slot_push(NULL);
    if (!contextvars_slot_is_only_value()) {
        contextvars_slot_pop();
        return NULL;
    }
    thread->anchor = contextvars_visible_slot();
    platform_watch_thread_end();
    return thread->anchor;
}

contextvars_slot *contextvars_reach_anchor(void) {
    contextvars_thread *thread = &contextvars_this_thread;
    contextvars_slot *visible = contextvars_visible_slot();
    // Otherwise it is a slot without a context further in; or the runtime shows none at this moment.
    if (visible || thread->anchor) return visible == thread->anchor ? visible : NULL;
    return may_have_anchor(thread) ? make_anchor(thread) : NULL;
}

void contextvars_anchor_end(void) {
    contextvars_thread *thread = &contextvars_this_thread;
    if (!thread->anchor) return;
    thread->anchor = NULL;
    contextvars_slot_pop();
}
