/// What is learned about the Swift runtime while the process runs, to spare calls of its functions. Each answer is the one
/// that the function would give; where nothing was learned, the function is asked. `CONTEXTVARS_PLAIN` leaves this room
/// out. Records: `Documentation/Design/running-task.md` and `task-layout.md`.
#ifndef CONTEXTVARS_LEARNED_H
#define CONTEXTVARS_LEARNED_H

#include "../slot.h"

/// Where a task keeps the head of its task-local values, and that of its status records, among them its open task groups:
/// offsets in bytes; 0 for a place that isn't known.
typedef struct contextvars_task_layout {
    size_t values;
    size_t records;
} contextvars_task_layout;

extern contextvars_task_layout contextvars_known_layout;

/// A word of the running task. Only the running task gives it another value.
static inline const void *contextvars_task_word(void *task, size_t offset) {
    return __atomic_load_n((const void **)((char *)task + offset), __ATOMIC_RELAXED);
}

/// The slot that the caller reaches, or NULL: `contextvars_visible_slot`, where it is the latest value.
static inline contextvars_slot *contextvars_learned_visible_slot(void) {
    size_t offset = __atomic_load_n(&contextvars_known_layout.values, __ATOMIC_RELAXED);
    void *task = contextvars_running_task();
    if (offset == 0 || !task) return contextvars_visible_slot();
    const runtime_item *latest = contextvars_task_word(task, offset);
    if (!latest) return NULL;
    return latest->key == &contextvars_slot_key ? (contextvars_slot *)latest->value : contextvars_visible_slot();
}

/// Whether the running task is known to have no open task group. False means "unknown".
static inline bool contextvars_learned_no_group(void) {
    size_t offset = __atomic_load_n(&contextvars_known_layout.records, __ATOMIC_RELAXED);
    void *task = contextvars_running_task();
    return !task || (offset != 0 && !contextvars_task_word(task, offset));
}

#endif
