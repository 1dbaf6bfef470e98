// SPDX-License-Identifier: Apache-2.0
/// Finds the frame that a structured child reads from its parent, with one question to the runtime, in builds that learn
/// nothing about it (else: `learned/borrowing.c`).
///
/// A child that reads finds the same frame again and again. What it doesn't know, unless it asks, is whether it has become
/// the frame's owner in between: the parent may run on this thread again. An owner may read as a child does, too, only
/// slower; so it asks who reads only once in several reads.

#include "contextvars_frames.h"

#if defined(CONTEXTVARS_PLAIN)

#include "slot.h"

__attribute__((noinline)) static contextvars_reading read_behind(contextvars_slot *slot, contextvars_agent agent) {
    if (!slot) return contextvars_begin_reading_what(contextvars_reach_main_root(agent));
    return contextvars_begin_reading_what(contextvars_reach_behind(slot, agent));
}

contextvars_reading contextvars_begin_reading_reached(contextvars_agent agent) {
    contextvars_thread *thread = &contextvars_this_thread;
    contextvars_slot *slot = contextvars_visible_slot();
    if (!slot && !__atomic_load_n(&contextvars_main_root, __ATOMIC_RELAXED)) return (contextvars_reading){NULL, NULL};
    // A rider may be the caller's.
    if (slot && contextvars_is_remembered(contextvars_slot_frame(slot)) && !contextvars_slot_rider(slot)) {
        contextvars_storage *storage = contextvars_remembered_storage();
        if (--thread->borrowed_uses == 0) thread->borrowed = &contextvars_nobodys_frame;
        return contextvars_begin_reading(storage);
    }
    return read_behind(slot, agent);
}

#endif
