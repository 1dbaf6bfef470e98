// SPDX-License-Identifier: Apache-2.0
/// The main thread's root frame.
///
/// It is made by the first `set` of synchronous code on the main thread, outside of any task. Until then, the library has
/// nothing among the thread's values. The root never ends, and bindings end in reverse order, so its slot may only be
/// pushed where no other value is. Where somebody's binding is open at that moment, the root has no slot: it works, but
/// tasks that the thread starts don't copy it, until a `set` finds the thread without other values.

#include "slot.h"

contextvars_frame *contextvars_main_root;
bool contextvars_main_root_has_slot;

static void try_to_push(void) {
    if (contextvars_main_root_has_slot) return;
    contextvars_slot_push(contextvars_main_root);
    contextvars_main_root_has_slot = contextvars_slot_is_only_value();
    if (!contextvars_main_root_has_slot) contextvars_slot_pop();
}

bool contextvars_may_make_main_root(contextvars_reached reached) {
    return !reached.storage || (reached.frame && reached.frame == contextvars_main_root);
}

contextvars_frame *contextvars_make_main_root(void) {
    if (runtime_running_task() || !contextvars_is_main_thread()) return NULL;
    contextvars_slot *slot = contextvars_visible_slot();
    if (slot && !slot->frame) return NULL;
    if (!contextvars_main_root) {
        contextvars_frame *made = contextvars_frame_allocate();
        contextvars_frame_set_owner(made, contextvars_current_agent());
        __atomic_store_n(&contextvars_main_root, made, __ATOMIC_RELAXED);
    }
    if (contextvars_frame_owner(contextvars_main_root) != contextvars_current_agent()) return NULL;
    try_to_push();
    if (contextvars_main_root_has_slot) contextvars_this_thread.frame = contextvars_main_root;
    return contextvars_main_root;
}
