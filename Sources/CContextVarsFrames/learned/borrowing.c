// SPDX-License-Identifier: Apache-2.0
/// Finds what a structured child reads of its parent's, by the links between their values.
///
/// Invariant: a slot behind the link to a task's parent is an ancestor's. So the child owns no frame behind it, and nothing
/// has to be asked about the frame.

#include "contextvars_frames.h"

#if !defined(CONTEXTVARS_PLAIN)

#include "learned.h"

/// Begins to read what an ancestor's slot leads to.
static inline contextvars_glance glance_at(const contextvars_slot *slot) {
    if (!slot->frame || !contextvars_supports_children()) return (contextvars_glance){NULL, false};
    contextvars_storage *storage = contextvars_frame_storage(slot->frame);
    contextvars_begin_reading(storage);
    return (contextvars_glance){storage, false};
}

contextvars_glance contextvars_ask_for_parents(contextvars_agent agent) {
    const contextvars_glance unknown = {NULL, false};
    size_t offset = __atomic_load_n(&contextvars_known_layout.values, __ATOMIC_RELAXED);
    if (offset == 0) return unknown;
    size_t parent_link = __atomic_load_n(&contextvars_known_layout.parent_link, __ATOMIC_RELAXED);
    const runtime_item *item = contextvars_task_word((void *)agent, offset);
    // The task's own values, before the link to its parent's.
    while (item && (item->next_and_flags & CONTEXTVARS_LINK_BITS) == 0) {
        if (item->key == &contextvars_slot_key) return unknown;
        item = (const runtime_item *)item->next_and_flags;
    }
    while (item) {
        size_t kind = item->next_and_flags & CONTEXTVARS_LINK_BITS;
        if (kind == 0 && item->key == &contextvars_slot_key) return glance_at((const contextvars_slot *)item->value);
        if (kind != 0 && kind != parent_link) return unknown;
        item = (const runtime_item *)(item->next_and_flags - kind);
    }
    return (contextvars_glance){NULL, true};
}

#endif
