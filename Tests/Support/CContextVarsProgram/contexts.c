// SPDX-License-Identifier: Apache-2.0
// Contexts and thread states; watchers.
#include <pthread.h>

#include "checks.h"

static void check_entering(ctxvars_var *var) {
    ctxvars_state *state = ctxvars_state_new(), *other = ctxvars_state_new();
    ctxvars_context *outer = ctxvars_context_new(), *inner = ctxvars_context_new();
    CHECK(ctxvars_state_exit(state, outer) == CTXVARS_NOT_ENTERED);
    CHECK(ctxvars_state_enter(state, outer) == CTXVARS_OK);
    CHECK(ctxvars_state_enter(state, outer) == CTXVARS_ALREADY_ENTERED);
    CHECK(ctxvars_state_enter(other, outer) == CTXVARS_ALREADY_ENTERED);
    set_number(state, var, 1);
    CHECK(ctxvars_state_enter(state, inner) == CTXVARS_OK);
    void *value;
    CHECK(ctxvars_var_get(state, var, &value) == 0);
    set_number(state, var, 2);
    CHECK(ctxvars_state_exit(state, outer) == CTXVARS_NOT_CURRENT);
    CHECK(ctxvars_state_exit(other, inner) == CTXVARS_NOT_CURRENT);
    ctxvars_context *current = ctxvars_state_context(state);
    CHECK(current == inner);
    ctxvars_release(current);
    CHECK(ctxvars_state_exit(state, inner) == CTXVARS_OK);
    CHECK(is_number(ctxvars_var_get(state, var, &value), value, 1));
    CHECK(ctxvars_state_exit(state, outer) == CTXVARS_OK);
    CHECK(ctxvars_var_get(state, var, &value) == 0);
    CHECK(is_number(ctxvars_context_get(inner, var, &value), value, 2));

    // A state that ends exits what it had entered.
    CHECK(ctxvars_state_enter(other, inner) == CTXVARS_OK);
    ctxvars_release(other);
    CHECK(ctxvars_state_enter(state, inner) == CTXVARS_OK);
    ctxvars_release(state);
    ctxvars_release(outer);
    ctxvars_release(inner);
}

static void check_copies(ctxvars_var *var, ctxvars_var *second) {
    ctxvars_state *state = ctxvars_state_new();
    set_number(state, var, 1);
    ctxvars_context *copy = ctxvars_state_copy_context(state), *again = ctxvars_context_copy(copy);
    CHECK(ctxvars_context_equal(copy, again) == 1 && ctxvars_context_equal(copy, copy) == 1);
    set_number(state, var, 2);
    set_number(state, second, 3);
    void *value;
    CHECK(is_number(ctxvars_context_get(copy, var, &value), value, 1));
    CHECK(ctxvars_context_get(copy, var, NULL) == 1 && ctxvars_context_get(copy, second, NULL) == 0);
    CHECK(ctxvars_context_count(copy) == 1);

    ctxvars_context *current = ctxvars_state_context(state);
    CHECK(ctxvars_context_count(current) == 2);
    CHECK(ctxvars_context_equal(copy, current) == 0);

    // Equal objects make equal contexts; a comparison that fails is reported.
    ctxvars_context *equal = ctxvars_context_new();
    CHECK(ctxvars_state_enter(state, equal) == CTXVARS_OK);
    object *one = make(1, 0);
    ctxvars_release(ctxvars_var_set(state, var, one));
    CHECK(ctxvars_context_equal(copy, equal) == 1);
    one->fails = true;
    CHECK(ctxvars_context_equal(copy, equal) == CTXVARS_CALLBACK_FAILED);
    release(one);
    CHECK(ctxvars_state_exit(state, equal) == CTXVARS_OK);

    ctxvars_state *inheriting = ctxvars_state_new_inheriting(state);
    set_number(state, var, 9);
    CHECK(is_number(ctxvars_var_get(inheriting, var, &value), value, 2));
    ctxvars_release(inheriting);

    ctxvars_release(equal);
    ctxvars_release(current);
    ctxvars_release(copy);
    ctxvars_release(again);
    ctxvars_release(state);
}

void check_contexts(void) {
    ctxvars_embedder *e = embedder();
    ctxvars_var *var = ctxvars_var_new(e, "var", NULL, NULL), *second = ctxvars_var_new(e, "second", NULL, NULL);
    ctxvars_release(e);
    check_entering(var);
    check_copies(var, second);
    ctxvars_release(var);
    ctxvars_release(second);
}

// MARK: Watchers

static int switches;
static const ctxvars_context *last;
static pthread_t watched;

static void watch(ctxvars_event event, ctxvars_context *context, void *state) {
    // Watchers are told of all switches of the process, so also of what other tests do meanwhile.
    if (!pthread_equal(pthread_self(), watched)) return;
    CHECK(event == CTXVARS_SWITCHED);
    switches++;
    last = context;
    // What a watcher switches itself isn't reported.
    ctxvars_context *own = ctxvars_context_new();
    CHECK(ctxvars_state_enter(state, own) == CTXVARS_OK && ctxvars_state_exit(state, own) == CTXVARS_OK);
    ctxvars_release(own);
}

void check_watchers(void) {
    ctxvars_state *state = ctxvars_state_new(), *watchers_own = ctxvars_state_new();
    ctxvars_context *context = ctxvars_context_new();
    watched = pthread_self();
    int64_t watcher = ctxvars_watcher_add(watch, watchers_own);
    CHECK(watcher > 0);
    CHECK(ctxvars_state_enter(state, context) == CTXVARS_OK);
    CHECK(switches == 1 && last == context);
    CHECK(ctxvars_state_exit(state, context) == CTXVARS_OK);
    CHECK(switches == 2 && last == NULL);
    CHECK(ctxvars_watcher_clear(watcher) == 1 && ctxvars_watcher_clear(watcher) == 0);
    CHECK(ctxvars_state_enter(state, context) == CTXVARS_OK);
    CHECK(switches == 2);
    ctxvars_release(context);
    ctxvars_release(state);
    ctxvars_release(watchers_own);
    switches = 0;
}
