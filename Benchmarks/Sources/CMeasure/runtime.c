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
