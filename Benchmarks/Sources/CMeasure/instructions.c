// SPDX-License-Identifier: Apache-2.0
#include "cmeasure.h"

// Never inlined, nor left by a jump to the body: callgrind recognises the function by its entry and its return.
__attribute__((noinline)) void measure_count_instructions(void (*body)(void *context), void *context) {
    body(context);
    __asm__ volatile("" : : : "memory");
}
