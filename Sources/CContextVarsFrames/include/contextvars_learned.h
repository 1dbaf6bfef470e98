// SPDX-License-Identifier: Apache-2.0
/// Learning where tasks keep things: what Swift does for it (`learned/`).
#ifndef CONTEXTVARS_LEARNED_INTERFACE_H
#define CONTEXTVARS_LEARNED_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if !defined(CONTEXTVARS_PLAIN)

#pragma clang assume_nonnull begin

/// How much of a task is searched, and how often it is noted.
enum { CONTEXTVARS_TASK_WORDS = 32, CONTEXTVARS_TASK_NOTES = 5 };

/// What the words of a task were: before two bindings or groups were begun, when the outer one was, when the inner one was,
/// when the inner one had ended, when both had.
typedef struct contextvars_task_notes {
    size_t count;
    uintptr_t words[CONTEXTVARS_TASK_NOTES][CONTEXTVARS_TASK_WORDS];
} contextvars_task_notes;

/// Adds what the words of the running task are.
void contextvars_note_task(contextvars_task_notes *notes);

/// Learns where tasks keep their task-local values. Call it in a task that isn't a child: for a child, the runtime allocates
/// more than is searched.
void contextvars_learn_place_of_values(void);

/// Learns how a structured child without values is linked to its parent's. Call it in such a child, whose parent's latest
/// value is a slot.
void contextvars_learn_parent_link(void);

/// Learns where tasks keep their status records, from notes about two task groups, whose addresses these are.
void contextvars_learn_place_of_records(const contextvars_task_notes *notes, uintptr_t outer, uintptr_t inner);

/// Learns how a group's record is told from others. Call it in the body of the inner one of two groups.
void contextvars_learn_group_record(uintptr_t outer, uintptr_t inner);

/// Whether both places are known. For tests.
bool contextvars_knows_task_layout(void);

#pragma clang assume_nonnull end

#endif

#endif
