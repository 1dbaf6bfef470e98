// SPDX-License-Identifier: Apache-2.0
// Variables, tokens and errors.
#include <string.h>

#include "checks.h"

static void check_names(ctxvars_embedder *e) {
    ctxvars_var *var = ctxvars_var_new(e, "größe", NULL, NULL);
    char buffer[16], small[4];
    CHECK(ctxvars_var_name(var, buffer, sizeof buffer) == 7 && strcmp(buffer, "größe") == 0);
    CHECK(ctxvars_var_name(var, small, sizeof small) == 7 && strlen(small) == 3);
    CHECK(ctxvars_var_name(var, NULL, 0) == 7);
    CHECK(ctxvars_var_owner(var) == NULL);
    ctxvars_release(var);
}

static void check_defaults(ctxvars_embedder *e) {
    ctxvars_state *state = ctxvars_state_new();
    object *standard = make(7, 0);
    ctxvars_var *with = ctxvars_var_new(e, "with", standard, NULL), *without = ctxvars_var_new(e, "without", NULL, NULL);
    release(standard);
    void *value = NULL;
    CHECK(is_number(ctxvars_var_get(state, with, &value), value, 7));
    value = NULL;
    CHECK(ctxvars_var_get(state, without, &value) == 0 && value == NULL);
    ctxvars_context *context = ctxvars_state_context(state);
    CHECK(ctxvars_context_get(context, with, &value) == 0);
    ctxvars_release(context);
    ctxvars_release(with);
    ctxvars_release(without);
    ctxvars_release(state);
}

static void check_tokens(ctxvars_embedder *e) {
    ctxvars_state *state = ctxvars_state_new(), *elsewhere = ctxvars_state_new();
    ctxvars_var *var = ctxvars_var_new(e, "var", NULL, NULL), *other = ctxvars_var_new(e, "var", NULL, NULL);
    object *one = make(1, 0), *two = make(2, 0);
    ctxvars_token *first = ctxvars_var_set(state, var, one), *second = ctxvars_var_set(state, var, two);
    release(one);
    release(two);

    void *value = NULL;
    CHECK(ctxvars_token_old_value(first, &value) == 0);
    CHECK(is_number(ctxvars_token_old_value(second, &value), value, 1));
    ctxvars_var *named = ctxvars_token_var(second);
    CHECK(named == var);
    ctxvars_release(named);

    CHECK(ctxvars_var_reset(state, other, second) == CTXVARS_TOKEN_FROM_DIFFERENT_VAR);
    CHECK(ctxvars_var_reset(elsewhere, var, second) == CTXVARS_TOKEN_FROM_DIFFERENT_CONTEXT);
    CHECK(ctxvars_token_is_used(second) == 0);
    CHECK(is_number(ctxvars_var_get(state, var, &value), value, 2));
    CHECK(ctxvars_var_reset(state, var, second) == CTXVARS_OK);
    CHECK(ctxvars_token_is_used(second) == 1);
    CHECK(is_number(ctxvars_var_get(state, var, &value), value, 1));
    CHECK(ctxvars_var_reset(state, var, second) == CTXVARS_TOKEN_USED);
    CHECK(ctxvars_var_reset(state, other, second) == CTXVARS_TOKEN_USED);
    CHECK(ctxvars_var_reset(state, var, first) == CTXVARS_OK);
    CHECK(ctxvars_var_get(state, var, &value) == 0);

    ctxvars_release(first);
    ctxvars_release(second);
    ctxvars_release(var);
    ctxvars_release(other);
    ctxvars_release(state);
    ctxvars_release(elsewhere);
}

// A variable's owner lives as long as a value of the variable is stored.
static void check_owners(ctxvars_embedder *e) {
    ctxvars_state *state = ctxvars_state_new();
    object *owner = make(5, 0);
    ctxvars_var *var = ctxvars_var_new(e, "owned", NULL, owner);
    CHECK(owner->references == 1);
    set_number(state, var, 1);
    CHECK(owner->references == 2 && ctxvars_var_owner(var) == owner);
    ctxvars_release(var);
    release(owner);

    ctxvars_context *context = ctxvars_state_context(state);
    ctxvars_context_iterator *iterator = ctxvars_context_iterate(context);
    ctxvars_var *found;
    void *value;
    CHECK(ctxvars_context_iterator_next(iterator, &found, &value) == 1);
    CHECK(((object *)ctxvars_var_owner(found))->number == 5);
    release(value);
    ctxvars_release(found);
    CHECK(ctxvars_context_iterator_next(iterator, &found, &value) == 0);
    CHECK(ctxvars_context_iterator_next(iterator, &found, &value) == 0);
    ctxvars_release(iterator);
    ctxvars_release(context);
    ctxvars_release(state);
}

static void check_messages(void) {
    CHECK(strstr(ctxvars_engine(), "swift-contextvars"));
    for (int error = CTXVARS_TOKEN_FROM_DIFFERENT_CONTEXT; error <= CTXVARS_OK; error++)
        CHECK(strcmp(ctxvars_error_message(error), ctxvars_error_message(1000)) != 0);
}

void check_variables(void) {
    ctxvars_embedder *e = embedder();
    check_names(e);
    check_defaults(e);
    check_tokens(e);
    check_owners(e);
    check_messages();
    ctxvars_release(e);
    ctxvars_release(NULL);
}
