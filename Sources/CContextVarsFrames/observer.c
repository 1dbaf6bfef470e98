// SPDX-License-Identifier: Apache-2.0
#include "contextvars_frames.h"

const contextvars_observer *contextvars_observer_of_all;
