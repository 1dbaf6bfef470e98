#include <sched.h>

#include "frame.h"
#include "swift_runtime.h"

#if defined(__APPLE__)
#include <pthread.h>
#else
#include <sys/syscall.h>
#include <unistd.h>
#endif

/// Bit 24 of a job's flags marks a task that `async let` or a task group created.
static const size_t is_child_task = (size_t)1 << 24;

/// Its address tells threads apart. The tag keeps it apart from every task's address, which is aligned.
static _Thread_local char thread_marker[2] __attribute__((aligned(2)));
static const contextvars_agent thread_tag = 1;

void *contextvars_current_task(void) { return swift_task_getCurrent(); }

contextvars_agent contextvars_current_agent(void) {
    void *task = swift_task_getCurrent();
    return task ? (contextvars_agent)task : (contextvars_agent)thread_marker | thread_tag;
}

bool contextvars_agent_is_structured_child(contextvars_agent agent) {
    if (agent & thread_tag) return false;
    return (swift_task_getJobFlags((void *)agent) & is_child_task) != 0;
}

bool contextvars_is_main_thread(void) {
#if defined(__APPLE__)
    return pthread_main_np() != 0;
#else
    return syscall(SYS_gettid) == getpid();
#endif
}

bool *contextvars_thread_is_notifying(void) {
    static _Thread_local bool is_notifying;
    return &is_notifying;
}

void contextvars_yield(void) { sched_yield(); }
