// SPDX-License-Identifier: Apache-2.0
/// Finds what a structured child reads of its parent's, by the links between their values.
///
/// Invariant: a slot behind the link to a task's parent is an ancestor's. So the child owns no frame behind it, and nothing
/// has to be asked about the frame.

#include "contextvars_frames.h"

#if !defined(CONTEXTVARS_PLAIN)

#include "learned.h"

/// What the calling agent reads, by the general way. `ancestors`: the slot that the agent sees, if that is an ancestor's.
__attribute__((noinline)) static contextvars_reading reach_and_begin_reading(
    contextvars_agent agent, const contextvars_slot *ancestors) {
    if (contextvars_learned_is_thread_without_slots(agent)) {
        return contextvars_begin_reading_what(contextvars_reach_main_root(agent));
    }
    contextvars_frame *frame = ancestors ? contextvars_slot_frame(ancestors) : NULL;
    if (!frame) return contextvars_begin_reading_what(contextvars_reach(agent));
    contextvars_remember_borrowed(frame);
    return contextvars_begin_reading(contextvars_frame_storage(frame));
}

contextvars_reading contextvars_begin_reading_reached(contextvars_agent agent) {
    size_t parent_link = __atomic_load_n(&contextvars_known_layout.parent_link, __ATOMIC_RELAXED);
    if (agent & CONTEXTVARS_THREAD || parent_link == 0) return reach_and_begin_reading(agent, NULL);
    const runtime_item *item =
        contextvars_task_word((void *)agent, __atomic_load_n(&contextvars_known_layout.values, __ATOMIC_RELAXED));
    bool is_ancestors = false;
    for (;;) {
        if (!item) return (contextvars_reading){NULL, NULL};
        size_t kind = item->next_and_flags & CONTEXTVARS_LINK_BITS;
        if (kind == 0) {
            if (item->key == &contextvars_slot_key) break;
        } else {
            if (kind != parent_link) return reach_and_begin_reading(agent, NULL);
            is_ancestors = true;
        }
        item = (const runtime_item *)(item->next_and_flags - kind);
    }
    const contextvars_slot *slot = (const contextvars_slot *)item->value;
    if (!is_ancestors || !contextvars_is_remembered(contextvars_slot_frame(slot))) {
        return reach_and_begin_reading(agent, is_ancestors ? slot : NULL);
    }
    return contextvars_begin_reading(contextvars_remembered_storage());
}

#endif
