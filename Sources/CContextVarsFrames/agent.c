#include "runtime.h"

#include "contextvars_frames.h"

#if defined(__APPLE__)
#include <pthread.h>
#elif defined(_WIN32)
#include <windows.h>
#elif defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#if defined(CONTEXTVARS_PLAIN)

_Thread_local contextvars_thread contextvars_this_thread = {.frame = &contextvars_nobodys_frame};

void *contextvars_running_task(void) { return runtime_running_task(); }

#endif

bool contextvars_agent_is_structured_child(contextvars_agent agent) {
    return !(agent & CONTEXTVARS_THREAD) && runtime_is_structured_child((void *)agent);
}

bool contextvars_is_main_thread(void) {
#if defined(__APPLE__)
    return pthread_main_np() != 0;
#elif defined(__linux__)
    return syscall(SYS_gettid) == getpid();
#else
    // No root is better than one on a thread that isn't known to be the main one.
    return false;
#endif
}
