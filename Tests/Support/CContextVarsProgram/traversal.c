// SPDX-License-Identifier: Apache-2.0
// Traversal: what a cycle collector is shown.
#include "checks.h"

typedef struct {
    int objects;
    intptr_t sum;
    int shared;
    size_t references;
    bool goes_on;
    int stop_after;
} seen;

static int visit(void *o, void *argument) {
    seen *s = argument;
    s->sum += ((object *)o)->number;
    return ++s->objects == s->stop_after ? 42 : 0;
}

static int meet_shared(const void *storage, size_t references, void *argument) {
    seen *s = argument;
    CHECK(storage != NULL && references > 1);
    s->shared++;
    s->references = references;
    return s->goes_on;
}

static seen look(ctxvars_context *context) {
    seen s = {0};
    ctxvars_traversal alone = {.visit = visit, .argument = &s};
    CHECK(ctxvars_context_traverse(context, &alone) == 0);
    return s;
}

static seen look_into_shared(ctxvars_context *context) {
    seen s = {.goes_on = true};
    ctxvars_traversal all = {.visit = visit, .shared = meet_shared, .argument = &s};
    CHECK(ctxvars_context_traverse(context, &all) == 0);
    return s;
}

static void check_context_traversal(ctxvars_embedder *e) {
    ctxvars_state *state = ctxvars_state_new();
    ctxvars_context *context = ctxvars_context_new();
    object *owner = make(1000, 0);
    ctxvars_var *vars[40];
    CHECK(ctxvars_state_enter(state, context) == CTXVARS_OK);
    for (int index = 0; index < 40; index++) {
        vars[index] = ctxvars_var_new(e, "v", NULL, index == 0 ? owner : NULL);
        set_number(state, vars[index], 1);
    }
    // The state holds the context too.
    CHECK(look(context).objects == 0);
    CHECK(ctxvars_state_exit(state, context) == CTXVARS_OK);
    CHECK(look(context).objects == 41 && look(context).sum == 1040);

    seen s = {.stop_after = 3};
    ctxvars_traversal stopping = {.visit = visit, .argument = &s};
    CHECK(ctxvars_context_traverse(context, &stopping) == 42 && s.objects == 3);

    // A copy shares everything; when it has changed, it shares the rest.
    ctxvars_context *copy = ctxvars_context_copy(context);
    CHECK(look(context).objects == 0 && look(copy).objects == 0);
    CHECK(look_into_shared(copy).objects == 41 && look_into_shared(copy).references == 2);
    CHECK(look_into_shared(copy).shared == 1);
    CHECK(ctxvars_state_enter(state, copy) == CTXVARS_OK);
    set_number(state, vars[39], 500);
    CHECK(ctxvars_state_exit(state, copy) == CTXVARS_OK);
    CHECK(look(copy).objects == 1 && look(copy).sum == 500);
    CHECK(look(context).objects == 1 && look(context).sum == 1);
    CHECK(look_into_shared(copy).objects == 41);
    ctxvars_release(copy);
    CHECK(look(context).objects == 41);

    // An iterator shares; alone, it holds what is left.
    ctxvars_context_iterator *iterator = ctxvars_context_iterate(context);
    CHECK(look(context).objects == 0);
    ctxvars_release(context);
    seen left = {0};
    ctxvars_traversal alone = {.visit = visit, .argument = &left};
    CHECK(ctxvars_context_iterator_traverse(iterator, &alone) == 0 && left.objects == 41);
    ctxvars_release(iterator);

    for (int index = 0; index < 40; index++) ctxvars_release(vars[index]);
    release(owner);
    ctxvars_release(state);
}

static void check_token_traversal(ctxvars_embedder *e) {
    ctxvars_state *state = ctxvars_state_new();
    ctxvars_var *var = ctxvars_var_new(e, "v", NULL, NULL);
    set_number(state, var, 5);
    ctxvars_context *copy = ctxvars_state_copy_context(state);
    object *value = make(6, 0);
    ctxvars_token *token = ctxvars_var_set(state, var, value);
    release(value);
    seen s = {0};
    ctxvars_traversal alone = {.visit = visit, .argument = &s};
    CHECK(ctxvars_token_traverse(token, &alone) == 0 && s.objects == 0);
    ctxvars_release(copy);
    CHECK(ctxvars_token_traverse(token, &alone) == 0 && s.objects == 1 && s.sum == 5);
    ctxvars_release(token);
    ctxvars_release(var);
    ctxvars_release(state);
}

static void check_map_traversal(ctxvars_embedder *e) {
    ctxvars_map *map = ctxvars_map_new(e), *next = NULL;
    object *value = make(10000, 0);
    for (int index = 0; index < 100; index++) {
        object *key = make(index, 0);
        CHECK(ctxvars_map_set(map, key, value, &next) == CTXVARS_OK);
        release(key);
        ctxvars_release(map);
        map = next;
    }
    seen s = {0};
    ctxvars_traversal alone = {.visit = visit, .argument = &s};
    CHECK(ctxvars_map_traverse(map, &alone) == 0 && s.objects == 200 && s.sum == 1000000 + 4950);
    ctxvars_map_iterator *iterator = ctxvars_map_iterate(map);
    s = (seen){0};
    CHECK(ctxvars_map_traverse(map, &alone) == 0 && s.objects == 0);
    CHECK(ctxvars_map_iterator_traverse(iterator, &alone) == 0 && s.objects == 0);
    ctxvars_release(map);
    CHECK(ctxvars_map_iterator_traverse(iterator, &alone) == 0 && s.objects == 200);
    ctxvars_release(iterator);
    release(value);
}

void check_traversal(void) {
    ctxvars_embedder *e = embedder();
    check_context_traversal(e);
    check_token_traversal(e);
    check_map_traversal(e);
    ctxvars_release(e);
}
