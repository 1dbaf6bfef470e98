// SPDX-License-Identifier: Apache-2.0
#include "contextvars_dispatch.h"

// Of the blocks runtime, which comes with libdispatch; its header isn't where all compilers look.
extern void *_Block_copy(const void *block);
extern void _Block_release(const void *block);

void *contextvars_make_block(contextvars_cargo cargo, void (*run)(const contextvars_cargo *)) {
    return _Block_copy(^{
        run(&cargo);
    });
}

void contextvars_release_block(void *block) { _Block_release(block); }
