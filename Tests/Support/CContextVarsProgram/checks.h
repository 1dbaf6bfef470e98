// SPDX-License-Identifier: Apache-2.0
// What the parts of the program share: objects, their embedder, and checks.
#ifndef CHECKS_H
#define CHECKS_H

#include <stdbool.h>

#include "contextvars.h"

// An object of the embedder's: counted references, and a number for its hash and value.
typedef struct {
    _Atomic long references;
    intptr_t number;
    // What identifies keys of one hash.
    int identity;
    // Comparing or hashing this object fails.
    bool fails;
} object;

// A new object with one reference for the caller. It ends the program's count of objects when released for the last time.
object *make(intptr_t number, int identity);
void release(object *o);

// How many objects there are, and how often `equal` was called.
extern _Atomic long objects_alive;
extern _Atomic long comparisons;

// A new embedder of such objects: a handle for the caller.
ctxvars_embedder *embedder(void);

// Reports a check that failed.
void report(const char *check, const char *file, int line);
#define CHECK(condition) ((condition) ? (void)0 : report(#condition, __FILE__, __LINE__))

// Whether a function found a value with a number (found == 1, value retained: released here).
bool is_number(int found, void *value, intptr_t number);

// Sets a variable to a new object with a number, and releases the token.
void set_number(ctxvars_state *state, ctxvars_var *var, intptr_t number);

// The parts.
void check_variables(void);
void check_contexts(void);
void check_maps(void);
void check_watchers(void);
void check_traversal(void);
void check_threads(void);

#endif
