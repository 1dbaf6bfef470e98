// SPDX-License-Identifier: Apache-2.0
#include "contextvars_dispatch.h"

/// Of the blocks runtime, which comes with libdispatch; its header isn't where all compilers look.
extern void *_Block_copy(const void *block);

contextvars_block contextvars_make_block(contextvars_cargo cargo, void (*run)(const contextvars_cargo *)) {
    return (contextvars_block)_Block_copy(^{
        run(&cargo);
    });
}
