// SPDX-License-Identifier: Apache-2.0
#ifndef OPERATIONS_H
#define OPERATIONS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

// Each operation sets up what it needs, then does its work `count` times between two calls of these.
void begin_measurement(void);
void end_measurement(long long count);

typedef struct {
    const char *name;
    // Returns false with a Python exception set.
    bool (*run)(long long count);
} operation;

extern const operation operations[];
extern const int operation_count;

#endif
