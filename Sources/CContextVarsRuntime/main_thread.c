/// The main thread's root frame.
///
/// It is bound before `main` runs, when no other task-local value can be: bindings end in reverse order, and this one
/// never ends. Its context is made on first use. A task that synchronous code on the main thread starts outside any
/// task copies it, like any other frame; the task that runs an asynchronous `main` doesn't.

#include "frame.h"

__attribute__((constructor)) static void bind_root_frame(void) {
    if (!contextvars_is_main_thread()) return;
    contextvars_frame *frame = contextvars_frame_allocate();
    contextvars_task_local_push(frame);
    atomic_store_explicit(&frame->owner, contextvars_current_agent(), memory_order_relaxed);
}
