// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <stdio.h>
#include <stdlib.h>

#include "checks.h"

_Atomic long objects_alive;
_Atomic long comparisons;
static _Atomic int failures;

void report(const char *check, const char *file, int line) {
    failures++;
    fprintf(stderr, "%s:%d: failed: %s\n", file, line, check);
}

// MARK: Objects

object *make(intptr_t number, int identity) {
    object *o = calloc(1, sizeof *o);
    if (!o) abort();
    o->references = 1;
    o->number = number;
    o->identity = identity;
    objects_alive++;
    return o;
}

static void retain_object(void *o, void *user_data) {
    (void)user_data;
    ((object *)o)->references++;
}

static void release_object(void *o, void *user_data) {
    (void)user_data;
    if (--((object *)o)->references > 0) return;
    objects_alive--;
    free(o);
}

void release(object *o) { release_object(o, NULL); }

static int hash_object(void *key, intptr_t *hash, void *user_data) {
    (void)user_data;
    *hash = ((object *)key)->number;
    return ((object *)key)->fails ? -1 : 0;
}

static int objects_are_equal(void *left, void *right, void *user_data) {
    object *l = left, *r = right;
    comparisons++;
    // What every callback gets.
    CHECK(*(const char *)user_data == 'u');
    return l->fails || r->fails ? -1 : l->number == r->number && l->identity == r->identity;
}

static char user_data[] = "user data";

ctxvars_embedder *embedder(void) {
    ctxvars_callbacks callbacks = {
        .retain = retain_object,
        .release = release_object,
        .hash = hash_object,
        .equal = objects_are_equal,
        .user_data = user_data,
    };
    return ctxvars_embedder_new(&callbacks);
}

// MARK: Helpers

bool is_number(int found, void *value, intptr_t number) {
    if (found != 1) return false;
    bool is = ((object *)value)->number == number;
    release(value);
    return is;
}

void set_number(ctxvars_state *state, ctxvars_var *var, intptr_t number) {
    object *value = make(number, 0);
    ctxvars_release(ctxvars_var_set(state, var, value));
    release(value);
}

// MARK: The program

int ctxvars_program_run(void) {
    static void (*const parts[])(void) = {
        check_variables, check_contexts, check_maps, check_watchers, check_traversal, check_threads};
    for (size_t index = 0; index < sizeof parts / sizeof *parts; index++) {
        parts[index]();
        // Whatever the engine retained, it has released.
        CHECK(objects_alive == 0);
    }
    return failures;
}
