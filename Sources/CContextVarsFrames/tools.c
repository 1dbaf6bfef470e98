// SPDX-License-Identifier: Apache-2.0
#include "contextvars_frames.h"

#include <stdio.h>
#include <stdlib.h>

// A function of the Swift runtime; its declaration is in no public header.
extern size_t swift_retainCount(void *object);

size_t contextvars_reference_count(void *object) { return swift_retainCount(object); }

__attribute__((noinline)) void contextvars_retain_barrier(void) { __asm__ volatile("" ::: "memory"); }

const char *contextvars_environment(const char *name) { return getenv(name); }

void contextvars_complain(const char *line) { fprintf(stderr, "%s\n", line); }

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define IS_THREAD_SANITIZED true
#endif
#endif
#if !defined(IS_THREAD_SANITIZED)
#define IS_THREAD_SANITIZED false
#endif

const bool contextvars_is_thread_sanitized = IS_THREAD_SANITIZED;
