// SPDX-License-Identifier: Apache-2.0
#ifndef CONTEXTVARS_MAIN_THREAD_ENTRY_H
#define CONTEXTVARS_MAIN_THREAD_ENTRY_H

/// Set in the environment, it has the tests' program run the part of the probe that it names, in place of the tests.
#define CONTEXTVARS_MAIN_THREAD_PROBE "CONTEXTVARS_MAIN_THREAD_PROBE"

/// Runs synchronous code on the main thread, outside of any task, and ends the process. Implemented in Swift, in the tests.
_Noreturn void contextvars_main_thread_probe(const char *_Nonnull part);

#endif
