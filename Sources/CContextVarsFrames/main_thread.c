/// The main thread's root frame.
///
/// It is bound when the program is loaded, before `main` runs. Its context is made on first use. A task that synchronous
/// code on the main thread starts outside any task copies it, like any other frame; the task that runs an asynchronous
/// `main` doesn't.
///
/// Invariant: the root frame never ends, and bindings end in reverse order, so nothing may be bound before it. That holds
/// before `main`. A library that is loaded later (`dlopen`) may come too late; then the main thread has no root, and is
/// like any other thread.

#include "frame.h"

__attribute__((constructor)) static void bind_root_frame(void) {
    if (!contextvars_is_main_thread() || contextvars_running_task()) return;
    contextvars_frame *frame = contextvars_frame_allocate();
    contextvars_task_local_push(frame);
    if (contextvars_task_local_is_first(frame)) {
        atomic_store_explicit(&frame->owner, contextvars_current_agent(), memory_order_relaxed);
    } else {
        contextvars_task_local_pop();
    }
}
