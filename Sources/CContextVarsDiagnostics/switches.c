// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "contextvars_diagnostics.h"

/// In Swift (`Switches.swift`).
extern void contextvars_apply_switches(void);

/// Runs when the program is loaded. Most programs have none of these variables, and nothing of Swift runs here then.
__attribute__((constructor)) static void look_at_environment(void) {
    if (getenv("CONTEXTVARS_FIND_LOSS") || getenv("CONTEXTVARS_RECORD") || getenv("CONTEXTVARS_INSPECT")) {
        contextvars_apply_switches();
    }
}
