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

/// Makes a block, with one reference, that calls a function with the cargo.
///
/// It must be called exactly once: it doesn't know how to copy or to release what is in the cargo. As an address, since
/// Swift would make a closure of what is declared as a block.
void *contextvars_make_block(contextvars_cargo cargo, void (*run)(const contextvars_cargo *cargo));

/// Releases the reference.
void contextvars_release_block(void *block);

#pragma clang assume_nonnull end

#endif
