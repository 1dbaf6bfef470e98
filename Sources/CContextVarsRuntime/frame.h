/// What the C files of this target share with each other and with nobody else.
#ifndef CONTEXTVARS_FRAME_H
#define CONTEXTVARS_FRAME_H

#include "contextvars_runtime.h"

/// A frame from the pool: unowned, without a context.
contextvars_frame *contextvars_frame_allocate(void);

/// Returns a frame to the pool. Its context has been released.
void contextvars_frame_free(contextvars_frame *frame);

/// Binds and unbinds a frame as a task-local value of the current task or, outside tasks, of the current thread.
void contextvars_task_local_push(contextvars_frame *frame);
void contextvars_task_local_pop(void);

/// Whether the frame that the caller has just pushed is the only task-local value in the storage.
bool contextvars_task_local_is_first(void);

/// The innermost frame in the task-local storage that the caller reaches, or NULL.
contextvars_frame *contextvars_task_local_get(void);

#endif
