/// What the C files of this target share with each other and with nobody else.
#ifndef CONTEXTVARS_FRAME_H
#define CONTEXTVARS_FRAME_H

#include "contextvars_frames.h"
#include "swift_runtime.h"

/// What a thread has in place of a frame: it is never bound, and never owned.
extern contextvars_frame contextvars_nobodys_frame;

/// Returns a frame to the pool. It is unowned and empty.
void contextvars_frame_free(contextvars_frame *frame);

/// Whether a frame has neither a context nor a draft. For a frame that nobody else uses.
static inline bool contextvars_frame_is_empty(contextvars_frame *frame) {
    uintptr_t words = atomic_load_explicit(&frame->context, memory_order_relaxed);
    for (int i = 0; i < CONTEXTVARS_DRAFT_WORDS; i++) words |= frame->draft[i];
    return words == 0;
}

/// What a frame had.
typedef struct contextvars_contents {
    void *context;
    uintptr_t draft[CONTEXTVARS_DRAFT_WORDS];
} contextvars_contents;

/// Empties a frame that nobody else uses. Returns whether there was anything, which the caller must release.
bool contextvars_frame_take(contextvars_frame *frame, contextvars_contents *contents);

/// Releases what a frame had. It may run deinitialisers, and these may use contexts: for the very end of an operation.
void contextvars_contents_release(contextvars_contents *contents);

/// Binds and unbinds a frame as a task-local value of the current task or, outside tasks, of the current thread.
void contextvars_task_local_push(contextvars_frame *frame);
void contextvars_task_local_pop(void);

/// Whether a frame that the caller has just pushed is the only task-local value in the storage.
bool contextvars_task_local_is_first(contextvars_frame *frame);

/// The task-local's key: only its address matters.
extern const char contextvars_task_local_key;

/// The innermost anchored frame that the caller reaches, or NULL.
static inline contextvars_frame *contextvars_task_local_get(void) {
    contextvars_frame **slot = swift_task_localValueGet(&contextvars_task_local_key);
    return slot ? *slot : NULL;
}

/// Of an anchored frame that an agent reaches: the agent's innermost frame that rides on it, if there is one; else the
/// frame itself. (Other agents reach the anchored frame at the same time.)
static inline contextvars_frame *contextvars_innermost(contextvars_frame *anchored, contextvars_agent agent) {
    contextvars_frame *rider = atomic_load_explicit(&anchored->rider, memory_order_relaxed);
    bool is_own = rider && atomic_load_explicit(&rider->owner, memory_order_relaxed) == agent;
    return is_own ? rider : anchored;
}

#endif
