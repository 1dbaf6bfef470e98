// SPDX-License-Identifier: Apache-2.0
/// Where the variable is that `running_task.c` is about, if the runtime is linked into the program.
///
/// There, the runtime's function is nothing but a load at a fixed distance from the thread pointer.
///
/// Invariant: a place is given only if the code of the function is exactly that load, byte for byte. So the place is what
/// the function would read.

#include "contextvars_frames.h"

#if !defined(CONTEXTVARS_PLAIN)

#include <string.h>

#include "learned.h"

#if defined(__x86_64__) && defined(__ELF__)

static const unsigned char before_distance[] = {
    0x55,                                                                    // push %rbp
    0x48, 0x89, 0xe5,                                                        // mov %rsp, %rbp
    0x66, 0x66, 0x66, 0x64, 0x48, 0x8b, 0x04, 0x25, 0x00, 0x00, 0x00, 0x00,  // mov %fs:0, %rax
    0x48, 0x8b, 0x80,                                                        // mov distance(%rax), %rax
};
static const unsigned char after_distance[] = {
    0x5d,  // pop %rbp
    0xc3,  // ret
};

void *const *contextvars_running_task_by_code(void) {
    const unsigned char *code = (const unsigned char *)swift_task_getCurrent;
    int32_t distance;
    if (memcmp(code, before_distance, sizeof before_distance) != 0) return NULL;
    memcpy(&distance, code + sizeof before_distance, sizeof distance);
    if (memcmp(code + sizeof before_distance + sizeof distance, after_distance, sizeof after_distance) != 0) return NULL;
    char *thread_pointer;
    __asm__("mov %%fs:0, %0" : "=r"(thread_pointer));
    return (void *const *)(thread_pointer + distance);
}

#else

void *const *contextvars_running_task_by_code(void) { return NULL; }

#endif

#endif
