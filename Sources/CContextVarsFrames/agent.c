// SPDX-License-Identifier: Apache-2.0
#include "platform.h"
#include "slot.h"

#if defined(CONTEXTVARS_PLAIN)

_Thread_local contextvars_thread contextvars_this_thread = {
    .frame = &contextvars_nobodys_frame,
    .borrowed = &contextvars_nobodys_frame,
};

void *contextvars_running_task(void) { return runtime_running_task(); }

#endif

bool contextvars_agent_is_structured_child(contextvars_agent agent) {
    return !(agent & CONTEXTVARS_THREAD) && runtime_is_structured_child((void *)agent);
}

// No root is better than one on a thread that isn't known to be the main one.
bool contextvars_is_main_thread(void) { return platform_is_main_thread(); }

void contextvars_thread_ends(void) {
    contextvars_reader_give_back();
    contextvars_anchor_end();
    contextvars_frames_return_all();
}
