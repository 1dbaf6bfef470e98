// SPDX-License-Identifier: Apache-2.0
/// Small things that Swift can't say, and what tests ask.
#ifndef CONTEXTVARS_TOOLS_H
#define CONTEXTVARS_TOOLS_H

#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

/// Does nothing, which the caller's optimiser can't see. Call it before giving back a lock under which something was retained:
/// Swift's optimiser moves a retain behind any code that it knows to release nothing, including the store that gives back a
/// lock, and by then another thread may have released the last reference.
void contextvars_retain_barrier(void);

/// How many strong references a Swift object has. For cycle collectors, which hold the world still meanwhile.
size_t contextvars_reference_count(void *object);

/// The value of an environment variable, or NULL.
const char *_Nullable contextvars_environment(const char *name);

/// Writes a line to standard error.
void contextvars_complain(const char *line);

/// Whether the program runs under the ThreadSanitizer. Then no map is changed in place: only reference counts order a change
/// after others' reads, in code that the sanitizer doesn't see.
extern const bool contextvars_is_thread_sanitized;

/// The type's metadata of the task-local value that leads to frames, and its key. For tests.
extern const void *const contextvars_slot_type;
extern const void *const contextvars_slot_key_address;

/// How many frames are in use: bound, or made for a task. Walks all frames.
size_t contextvars_used_frame_count(void);

/// How many bytes of the frames' memory are resident.
size_t contextvars_resident_frame_bytes(void);

#pragma clang assume_nonnull end

#endif
