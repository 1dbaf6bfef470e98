// SPDX-License-Identifier: Apache-2.0
/// A block that takes work and its snapshot along, where Swift would make a closure, and a block around it.
#ifndef CONTEXTVARS_DISPATCH_H
#define CONTEXTVARS_DISPATCH_H

#include <stdint.h>

#pragma clang assume_nonnull begin

/// What a block takes along: moved into it, and out of it by the function that it calls.
typedef struct contextvars_cargo {
    uintptr_t words[5];
} contextvars_cargo;

/// For any thread.
typedef void (^contextvars_block)(void) __attribute__((swift_attr("@Sendable")));

/// Makes a block that calls a function with the cargo.
///
/// It must be called exactly once: it doesn't know how to copy or to release what is in the cargo. The caller has the one
/// reference to it.
contextvars_block contextvars_make_block(contextvars_cargo cargo, void (*run)(const contextvars_cargo *cargo))
    __attribute__((ns_returns_retained));

#pragma clang assume_nonnull end

#endif
