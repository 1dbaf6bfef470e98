/// The main thread's root frame.
///
/// It is made by the first `set` of synchronous code on the main thread, outside of any task. Until then, the library has
/// nothing among the thread's values. The root never ends, and bindings end in reverse order, so its slot may only be
/// pushed where no other value is. Where somebody's binding is open at that moment, the root has no slot: it works, but
/// tasks that the thread starts don't copy it, until a `set` finds the thread without other values.

#include "slot.h"

/// Written and read by the main thread only.
static contextvars_frame *root;
static bool has_slot;

static void try_to_push(void) {
    if (has_slot) return;
    contextvars_slot_push(root);
    has_slot = contextvars_slot_is_only_value();
    if (!has_slot) contextvars_slot_pop();
}

contextvars_reached contextvars_reach_main_root(void) {
    contextvars_frame *made = __atomic_load_n(&root, __ATOMIC_RELAXED);
    if (!made || contextvars_frame_owner(made) != contextvars_current_agent()) return (contextvars_reached){0};
    return (contextvars_reached){CONTEXTVARS_ACCESS_OWNED, contextvars_frame_storage(made), made};
}

bool contextvars_may_make_main_root(contextvars_reached reached) {
    return reached.access == CONTEXTVARS_ACCESS_NONE || (reached.frame && reached.frame == root);
}

contextvars_frame *contextvars_make_main_root(void) {
    if (runtime_running_task() || !contextvars_is_main_thread()) return NULL;
    if (!root) {
        contextvars_frame *made = contextvars_frame_allocate();
        contextvars_frame_set_owner(made, contextvars_current_agent());
        __atomic_store_n(&root, made, __ATOMIC_RELAXED);
    }
    if (contextvars_frame_owner(root) != contextvars_current_agent()) return NULL;
    try_to_push();
    if (has_slot) contextvars_this_thread.frame = root;
    return root;
}
