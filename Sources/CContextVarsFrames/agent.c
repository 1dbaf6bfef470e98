#include <sched.h>
#include <time.h>

#include "frame.h"

#if defined(__APPLE__)
#include <pthread.h>
#else
#include <sys/syscall.h>
#include <unistd.h>
#endif

/// Bit 24 of a job's flags marks a task that `async let` or a task group created.
static const size_t is_child_task = (size_t)1 << 24;

bool contextvars_agent_is_structured_child(contextvars_agent agent) {
    if (agent & CONTEXTVARS_THREAD_TAG) return false;
    return (swift_task_getJobFlags((void *)agent) & is_child_task) != 0;
}

bool contextvars_is_main_thread(void) {
#if defined(__APPLE__)
    return pthread_main_np() != 0;
#else
    return syscall(SYS_gettid) == getpid();
#endif
}

__attribute__((noinline)) void contextvars_retain_barrier(void) { __asm__ volatile("" ::: "memory"); }

void contextvars_wait(unsigned attempt) {
    if (attempt < 16) {
        sched_yield();
    } else {
        struct timespec pause = {.tv_nsec = 50000};
        nanosleep(&pause, NULL);
    }
}
