// SPDX-License-Identifier: Apache-2.0
/// The floor under `ContextVars`: which context is current for the code that runs.
///
/// Everything here is internal to the package, and begins with `contextvars_`. The prefix `ctxvars_` is that of another layer,
/// the public C interface above the engine (`CContextVars/include/contextvars.h`). The words:
///
/// - An *agent* is what runs code: a Swift task or, outside any task, a thread.
/// - A *storage* holds what a context has: the map of its values and at most one change beside the map.
/// - A *frame* makes a storage current for one agent, for as long as it is bound.
/// - A *slot* is the task-local value that the Swift runtime keeps for us: it leads to a frame, and the copy that the
///   runtime makes of it for a new task leads to another.
/// - The *owner* of a frame is the agent that bound it, or the task that the copy was made for. Only the owner may change
///   the storage. A structured child task *borrows* the frame that it reaches.
#ifndef CONTEXTVARS_FRAMES_H
#define CONTEXTVARS_FRAMES_H

#include "contextvars_agent.h"
#include "contextvars_frame.h"
#include "contextvars_learned.h"
#include "contextvars_observer.h"
#include "contextvars_reader.h"
#include "contextvars_storage.h"
#include "contextvars_tools.h"

#endif
