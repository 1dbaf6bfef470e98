/// The entry points of the Swift concurrency runtime that this target calls. They are part of the runtime's stable ABI
/// (compiled code calls all but `swift_task_getJobFlags`, which the standard library's own tests and tools use).
#ifndef CONTEXTVARS_SWIFT_RUNTIME_H
#define CONTEXTVARS_SWIFT_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

#define SWIFT_CC __attribute__((swiftcall))

SWIFT_CC extern void *swift_task_getCurrent(void);
SWIFT_CC extern size_t swift_task_getJobFlags(void *task);
SWIFT_CC extern bool swift_task_hasTaskGroupStatusRecord(void);
SWIFT_CC extern void swift_task_localValuePush(const void *key, void *value, const void *type);
SWIFT_CC extern void swift_task_localValuePop(void);
SWIFT_CC extern void *swift_task_localValueGet(const void *key);

#endif
