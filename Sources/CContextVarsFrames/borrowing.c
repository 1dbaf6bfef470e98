// SPDX-License-Identifier: Apache-2.0
/// Finds what a structured child reads of its parent's with one question to the runtime, where nothing is learned about it
/// (else: `learned/borrowing.c`).
///
/// A child that reads finds the same frame again and again. What it doesn't know, unless it asks, is whether it has become
/// the frame's owner in between: the parent may run on this thread again. An owner may read as a child does, too, only
/// slower; so it asks who reads only once in several reads.

#include "contextvars_frames.h"

#if defined(CONTEXTVARS_PLAIN)

#include "slot.h"

contextvars_glance contextvars_ask_for_parents(contextvars_agent agent) {
    contextvars_thread *thread = &contextvars_this_thread;
    (void)agent;
    contextvars_frame *frame = thread->borrowed;
    const contextvars_slot *slot = contextvars_visible_slot();
    // A rider may be the caller's.
    if (!slot || slot->frame != frame || contextvars_slot_rider(slot)) {
        thread->borrowed_uses = 0;
        return (contextvars_glance){NULL, false};
    }
    thread->borrowed_uses--;
    contextvars_storage *storage = contextvars_frame_storage(frame);
    contextvars_begin_reading(storage);
    return (contextvars_glance){storage, false};
}

#endif
