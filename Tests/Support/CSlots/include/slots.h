// SPDX-License-Identifier: Apache-2.0
/// Does with the engine's task-local value what a library could that takes a snapshot of all task-local values: copies it
/// into memory of its own, moves it there, and pushes it onto the values of whoever runs then.
#ifndef SLOTS_H
#define SLOTS_H

#include "contextvars_frames.h"

#pragma clang assume_nonnull begin

/// Has the calling thread remember a frame, as if another agent had left it behind; nobody's for NULL.
void remember_frame(contextvars_frame *_Nullable frame);

typedef struct slot_copy slot_copy;

/// A copy of the innermost slot that the caller reaches, by the type's witness; NULL if there is none.
slot_copy *_Nullable slot_copy_make(void);

/// A copy of a copy.
slot_copy *slot_copy_duplicate(slot_copy *copy);

/// Moves a copy to other memory, by the type's witness.
void slot_copy_move(slot_copy *copy);

/// Overwrites a copy with another one, by the type's witness, which leaves the other as it was.
void slot_copy_assign(slot_copy *copy, slot_copy *other);

/// Pushes a copy onto the values of the current task or thread, and takes it up for that.
void slot_copy_push(slot_copy *copy);

/// Pops what was pushed last.
void slot_copy_pop(void);

/// Ends a copy that isn't pushed.
void slot_copy_destroy(slot_copy *copy);

/// Whether the current task or, outside of tasks, the current thread has any task-local value.
int has_task_local_values(void);

/// Runs a function in a child of this process, which has the calling thread only. Returns what the function returned, or -1.
int in_forked_process(int (*_Nonnull body)(void));

#pragma clang assume_nonnull end

#endif
