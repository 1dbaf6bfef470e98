// SPDX-License-Identifier: Apache-2.0
/// Finds what a structured child reads of its parent's, by the links between their values.
///
/// Invariant: a slot behind the link to a task's parent is an ancestor's. So the child owns no frame behind it, and nothing
/// has to be asked about the frame.

#include "contextvars_frames.h"

#if !defined(CONTEXTVARS_PLAIN)

#include "learned.h"

/// The slot that an agent sees behind the link to its parent; NULL if there is none, or none that is known.
static const contextvars_slot *ancestors_slot(contextvars_agent agent) {
    size_t offset = __atomic_load_n(&contextvars_known_layout.values, __ATOMIC_RELAXED);
    if (offset == 0) return NULL;
    size_t parent_link = __atomic_load_n(&contextvars_known_layout.parent_link, __ATOMIC_RELAXED);
    const runtime_item *item = contextvars_task_word((void *)agent, offset);
    bool is_ancestors = false;
    while (item) {
        size_t kind = item->next_and_flags & CONTEXTVARS_LINK_BITS;
        if (kind == 0 && item->key == &contextvars_slot_key) return is_ancestors ? (const contextvars_slot *)item->value : NULL;
        if (kind != 0 && kind != parent_link) return NULL;
        is_ancestors |= kind != 0;
        item = (const runtime_item *)(item->next_and_flags - kind);
    }
    return NULL;
}

contextvars_storage *contextvars_borrow_from_parent(contextvars_agent agent) {
    const contextvars_slot *slot = ancestors_slot(agent);
    if (!slot || !slot->frame || !contextvars_supports_children()) return NULL;
    // A guess: the frame that the thread borrowed last. With it, the processor reads on behind the frame while it still goes
    // the way to the slot.
    contextvars_frame *frame = contextvars_this_thread.borrowed;
    if (frame != slot->frame) contextvars_this_thread.borrowed = frame = slot->frame;
    // Keeps the compiler from putting the one in the other's place, since they are equal.
    __asm__("" : "+r"(frame));
    return contextvars_frame_storage(frame);
}

#endif
