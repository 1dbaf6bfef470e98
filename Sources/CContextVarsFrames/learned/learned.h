// SPDX-License-Identifier: Apache-2.0
/// What is learned about the Swift runtime while the process runs, to spare calls of its functions. Each answer is the one
/// that the function would give; where nothing was learned, the function is asked. `CONTEXTVARS_PLAIN` leaves this room
/// out. Records: `Documentation/Design/running-task.md` and `task-layout.md`.
#ifndef CONTEXTVARS_LEARNED_H
#define CONTEXTVARS_LEARNED_H

#include "../slot.h"

/// The calling thread's thread-local words of the library that contains the runtime. If the runtime is linked into the program,
/// these are all of the program's. NULL and 0 where there are none.
typedef struct contextvars_runtime_block {
    void *const *words;
    long count;
} contextvars_runtime_block;

contextvars_runtime_block contextvars_find_runtime_block(void);

/// The words alone, and quickly once the block has been found on any thread.
void *const *contextvars_runtime_words(void);

/// Where the runtime keeps the task that runs on the calling thread, as its code says; or NULL.
void *const *contextvars_running_task_by_code(void);

typedef struct contextvars_task_layout {
    /// Where a task keeps the latest item of its task-local values, and its latest status record, among them its open task
    /// groups: offsets in bytes; 0 for a place that isn't known.
    size_t values, records;
    /// The low bits of an item's first word where the item only leads a structured child to its parent's items; 0 if they
    /// aren't known. (They are 0 in an item with a value.)
    size_t parent_link;
    /// The low byte of a status record's first word where the record is that of a task group. (Its second word leads to the
    /// record before.) 0 if that isn't known.
    size_t group_record;
} contextvars_task_layout;

/// How the runtime stores what it has to know about a task that runs: groups, handlers, names, preferences.
typedef struct contextvars_status_record {
    size_t flags;
    const struct contextvars_status_record *before;
} contextvars_status_record;

/// How many records are looked at, before the runtime is asked.
enum { CONTEXTVARS_STATUS_RECORDS = 8, CONTEXTVARS_STATUS_RECORD_KIND = 0xff };

extern contextvars_task_layout contextvars_known_layout;

/// A word of the running task. Only the running task gives it another value.
static inline const void *contextvars_task_word(void *task, size_t offset) {
    return __atomic_load_n((const void **)((char *)task + offset), __ATOMIC_RELAXED);
}

/// The bits of an item's first word that say what kind of item it is.
enum { CONTEXTVARS_LINK_BITS = 7 };

/// The slot that the caller reaches, or NULL: what `contextvars_visible_slot` gives. Goes through the values of a task, and
/// through those of its parents, as long as it knows their kind.
static inline contextvars_slot *contextvars_learned_visible_slot(contextvars_agent agent) {
    if (agent & CONTEXTVARS_THREAD) {
        const contextvars_thread *thread = &contextvars_this_thread;
        return thread->slots == (thread->anchor != NULL) ? thread->anchor : contextvars_visible_slot();
    }
    size_t offset = __atomic_load_n(&contextvars_known_layout.values, __ATOMIC_RELAXED);
    if (offset == 0) return contextvars_visible_slot();
    size_t parent_link = __atomic_load_n(&contextvars_known_layout.parent_link, __ATOMIC_RELAXED);
    const runtime_item *item = contextvars_task_word((void *)agent, offset);
    while (item) {
        size_t kind = item->next_and_flags & CONTEXTVARS_LINK_BITS;
        if (kind == 0) {
            if (item->key == &contextvars_slot_key) return (contextvars_slot *)item->value;
        } else if (kind != parent_link) {
            return contextvars_visible_slot();
        }
        item = (const runtime_item *)(item->next_and_flags - kind);
    }
    return NULL;
}

/// Whether the caller is known to be a thread outside of tasks that sees no slot.
static inline bool contextvars_learned_is_thread_without_slots(contextvars_agent agent) {
    return agent & CONTEXTVARS_THREAD && agent != CONTEXTVARS_UNKNOWN && contextvars_this_thread.slots == 0;
}

/// Whether the caller is known to be a task that sees no task-local value at all.
static inline bool contextvars_learned_is_task_without_values(contextvars_agent agent) {
    if (agent & CONTEXTVARS_THREAD) return false;
    size_t offset = __atomic_load_n(&contextvars_known_layout.values, __ATOMIC_RELAXED);
    return offset != 0 && !contextvars_task_word((void *)agent, offset);
}

/// Whether the caller is in the body of a task group: what `runtime_task_group_is_open` gives.
static inline bool contextvars_learned_task_group_is_open(contextvars_agent agent) {
    if (agent & CONTEXTVARS_THREAD) return false;
    size_t offset = __atomic_load_n(&contextvars_known_layout.records, __ATOMIC_RELAXED);
    if (offset == 0) return runtime_task_group_is_open();
    size_t group = __atomic_load_n(&contextvars_known_layout.group_record, __ATOMIC_RELAXED);
    const contextvars_status_record *record = contextvars_task_word((void *)agent, offset);
    for (int i = 0; record && group && i < CONTEXTVARS_STATUS_RECORDS; i++) {
        if ((record->flags & CONTEXTVARS_STATUS_RECORD_KIND) == group) return true;
        record = record->before;
    }
    return record && runtime_task_group_is_open();
}

#endif
