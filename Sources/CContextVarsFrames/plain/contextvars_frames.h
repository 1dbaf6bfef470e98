// SPDX-License-Identifier: Apache-2.0
/// The public header of a build without accelerations: `CONTEXTVARS_PLAIN=1` (Package.swift).
#define CONTEXTVARS_PLAIN 1
#include "../include/contextvars_frames.h"
