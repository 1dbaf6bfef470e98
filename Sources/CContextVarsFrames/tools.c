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
#define CONTEXTVARS_THREAD_SANITIZER 1
#endif
#endif

#if defined(CONTEXTVARS_THREAD_SANITIZER)
extern void __tsan_release(void *);
extern void __tsan_acquire(void *);
void contextvars_sanitizer_release(const void *address) { __tsan_release((void *)address); }
void contextvars_sanitizer_acquire(const void *address) { __tsan_acquire((void *)address); }
#else
void contextvars_sanitizer_release(const void *address) { (void)address; }
void contextvars_sanitizer_acquire(const void *address) { (void)address; }
#endif
