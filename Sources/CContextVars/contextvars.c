// SPDX-License-Identifier: Apache-2.0
// The functions of the header are implemented in Swift, in the target ContextVarsC. This file makes the header a target,
// which C programs and that target import alike, and checks that the header is complete by itself.
#include "contextvars.h"
