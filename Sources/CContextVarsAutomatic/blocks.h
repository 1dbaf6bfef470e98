// SPDX-License-Identifier: Apache-2.0
// Blocks that run another block in what was handed over with it.
#ifndef CONTEXTVARS_AUTOMATIC_BLOCKS_H
#define CONTEXTVARS_AUTOMATIC_BLOCKS_H

#include "carried.h"

#if CONTEXTVARS_CAN_INTERPOSE

/// A block as the compiler lays it out.
typedef struct block {
    const void *isa;
    _Atomic(int) flags;
    int reserved;
    void *invoke;
    const struct block_descriptor *descriptor;
} block;

/// The signatures of the blocks that boundaries take.
typedef enum block_signature {
    /// `void (^)(void)`
    BLOCK_PLAIN,
    /// `void (^)(size_t)`
    BLOCK_ITERATION,
    /// `void (^)(int)`
    BLOCK_ERROR,
    /// `void (^)(dispatch_data_t, int)`
    BLOCK_DATA,
    /// `void (^)(bool, dispatch_data_t, int)`
    BLOCK_PROGRESS,
} block_signature;

/// Where the block that a boundary makes of the given one runs as the given one would.
typedef enum block_place {
    /// Nowhere: each call runs in a copy of the context.
    BLOCK_ANYWHERE,
    /// On the caller's thread, which waits for the block: there the block is the caller's code, and may change its context.
    BLOCK_OFF_THREAD,
} block_place;

/// A block that runs the given one in what is taken along; the given one itself where that is a block object. With a
/// reference of the caller's. Never inlined into the boundaries: what they do for each call is short.
const void *block_carrying(
    const boundary *boundary, const void *caller, const void *given, block_signature signature, block_place place,
    carried_needs needs);

/// The block to hand over instead of the given one: the given one itself where there is nothing to take along.
///
/// To be given back with `block_release` after the handover.
static inline const void *block_to_hand_over(
    const boundary *boundary, const void *caller, const void *given, block_signature signature, block_place place
) {
    carried_needs needs = carried_find_needs(boundary);
    if (__builtin_expect(needs == 0, 1) || !given) return given;
    return block_carrying(boundary, caller, given, signature, place, needs);
}

/// What runs a block once, in what is taken along, and ends: for a function of libdispatch that takes such a pair instead of
/// a block, which spares the block around the block. NULL for a block object, and where there is no memory.
void *block_once(const boundary *boundary, const void *caller, const void *given, carried_needs needs);

/// The function that runs it.
void block_run_once(void *once);

void _Block_release(const void *block);
const void *_Block_copy(const void *block);

/// Ends the handover of a block.
static inline void block_release(const void *handed_over, const void *given) {
    if (handed_over != given) _Block_release(handed_over);
}

#endif
#endif
