// SPDX-License-Identifier: Apache-2.0
/// The seam to the Swift runtime: what we ask it, each question with its plain answer. Nothing else in the engine calls the
/// runtime's entry points for tasks, and nothing here knows of frames. (Diagnostics ask for the names and numbers of tasks by
/// themselves.)
#ifndef CONTEXTVARS_RUNTIME_H
#define CONTEXTVARS_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

// The entry points are part of the runtime's stable ABI: compiled code calls them, except for `swift_task_getJobFlags`,
// which the standard library's own tools use.
#define SWIFT_CC __attribute__((swiftcall))

SWIFT_CC extern void *swift_task_getCurrent(void);
SWIFT_CC extern size_t swift_task_getJobFlags(void *task);
SWIFT_CC extern bool swift_task_hasTaskGroupStatusRecord(void);
SWIFT_CC extern void swift_task_localValuePush(const void *key, void *value, const void *type);
SWIFT_CC extern void swift_task_localValuePop(void);
SWIFT_CC extern void *swift_task_localValueGet(const void *key);

/// Which task runs the caller? NULL on a thread outside of tasks.
static inline void *runtime_running_task(void) { return swift_task_getCurrent(); }

/// Which value of ours does the caller reach: its own latest one, else its parent's? NULL if none, or if the runtime hides
/// them, as in a deinitialiser that is isolated to an actor.
static inline void *runtime_visible_value(const void *key) { return swift_task_localValueGet(key); }

/// Is the caller in the body of a task group? Then it may create structured children without suspending.
static inline bool runtime_task_group_is_open(void) { return swift_task_hasTaskGroupStatusRecord(); }

/// Is a task a structured child (`async let`, task groups)? Bit 24 of its job's flags.
static inline bool runtime_is_structured_child(void *task) {
    return (swift_task_getJobFlags(task) & ((size_t)1 << 24)) != 0;
}

/// How the runtime stores a task-local value: the item links to the next one, then comes what it was given.
typedef struct runtime_item {
    size_t next_and_flags;
    const void *key;
    const void *type;
    char value[];
} runtime_item;

#endif
