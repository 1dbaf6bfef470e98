// SPDX-License-Identifier: Apache-2.0
#include "contextvars_diagnostics.h"

// No dependency on ContextVarsAutomatic: its functions would come before those of libdispatch in every program that links
// the diagnostics. A program that links both has these.
#if defined(__linux__)
extern void contextvars_automatic_observe(const contextvars_handover_observer *observer) __attribute__((weak));
extern const contextvars_handover *contextvars_automatic_current_handover(void) __attribute__((weak));

void contextvars_observe_handovers(const contextvars_handover_observer *observer) {
    if (contextvars_automatic_observe) contextvars_automatic_observe(observer);
}

const contextvars_handover *contextvars_current_handover(void) {
    return contextvars_automatic_current_handover ? contextvars_automatic_current_handover() : NULL;
}
#else
void contextvars_observe_handovers(const contextvars_handover_observer *observer) { (void)observer; }

const contextvars_handover *contextvars_current_handover(void) { return NULL; }
#endif
