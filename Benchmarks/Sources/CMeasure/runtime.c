// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "cmeasure.h"

#include <dlfcn.h>

extern void *swift_retain(void *object);

bool measure_swift_runtime_is_static(void) {
    Dl_info runtime, program;
    return dladdr((const void *)swift_retain, &runtime)
        && dladdr((const void *)measure_swift_runtime_is_static, &program) && runtime.dli_fbase == program.dli_fbase;
}

#define SWIFT_CC __attribute__((swiftcall))
SWIFT_CC extern void *swift_task_getCurrent(void);
SWIFT_CC extern bool swift_task_hasTaskGroupStatusRecord(void);
SWIFT_CC extern void swift_task_localValuePush(const void *key, void *value, const void *type);
SWIFT_CC extern void swift_task_localValuePop(void);
SWIFT_CC extern void *swift_task_localValueGet(const void *key);

static const char key;

void measure_push_and_pop(const void *type) {
    int64_t value = 1;
    swift_task_localValuePush(&key, &value, type);
    swift_task_localValuePop();
}

void measure_look_for_value(void) { measure_keep_address(swift_task_localValueGet(&key)); }
void measure_ask_for_task(void) { measure_keep_address(swift_task_getCurrent()); }
void measure_ask_for_group(void) { measure_keep(swift_task_hasTaskGroupStatusRecord()); }
