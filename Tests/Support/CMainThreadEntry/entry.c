// SPDX-License-Identifier: Apache-2.0
// Tests never run on the main thread outside of a task: their `main` is asynchronous. What is loaded runs before it, on
// that thread, so the tests' program, started again with a variable in its environment, gets there.
//
// A separate program would do as well, but SwiftPM makes a product of each, and `swift run` would run it.
#include "main_thread_entry.h"

#include <stdlib.h>

__attribute__((constructor)) static void run_probe_instead(void) {
    const char *part = getenv(CONTEXTVARS_MAIN_THREAD_PROBE);
    if (part) contextvars_main_thread_probe(part);
}
