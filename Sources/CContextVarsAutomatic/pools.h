// SPDX-License-Identifier: Apache-2.0
// Which threads are of a pool, and outlive the work that they were started for: they must not keep its context.
#ifndef CONTEXTVARS_AUTOMATIC_POOLS_H
#define CONTEXTVARS_AUTOMATIC_POOLS_H

#include <stdbool.h>

/// Whether a thread that is started from an address is one of libdispatch's, the Swift runtime's, SwiftNIO's, or the one
/// by which Foundation waits for all processes. The caller's stack is asked too.
bool pools_start_thread_at(const void *caller);

#endif
