/// What the C files of this target share with each other and with nobody else.
#ifndef CONTEXTVARS_FRAME_H
#define CONTEXTVARS_FRAME_H

#include "contextvars_runtime.h"

/// Returns a frame to the pool. It is unowned and empty.
void contextvars_frame_free(contextvars_frame *frame);

/// Whether a frame has neither a context nor a draft. For a frame that nobody else uses.
static inline bool contextvars_frame_is_empty(contextvars_frame *frame) {
    uintptr_t words = atomic_load_explicit(&frame->context, memory_order_relaxed);
    for (int i = 0; i < CONTEXTVARS_DRAFT_WORDS; i++) words |= frame->draft[i];
    return words == 0;
}

/// Binds and unbinds a frame as a task-local value of the current task or, outside tasks, of the current thread.
void contextvars_task_local_push(contextvars_frame *frame);
void contextvars_task_local_pop(void);

/// Whether the frame that the caller has just pushed is the only task-local value in the storage.
bool contextvars_task_local_is_first(void);

/// The innermost frame in the task-local storage that the caller reaches, or NULL.
contextvars_frame *contextvars_task_local_get(void);

#endif
