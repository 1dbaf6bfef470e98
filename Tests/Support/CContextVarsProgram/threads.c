// SPDX-License-Identifier: Apache-2.0
// Many threads, each with its own state: they inherit, share and read contexts of each other.
#include <pthread.h>

#include "checks.h"

enum { thread_count = 8, turns = 200, var_count = 20 };

static ctxvars_var *vars[var_count];
static ctxvars_context *common;

static void *run(void *inherited) {
    ctxvars_state *state = inherited;
    for (int turn = 0; turn < turns; turn++) {
        ctxvars_context *copy = ctxvars_context_copy(common);
        CHECK(ctxvars_state_enter(state, copy) == CTXVARS_OK);
        for (int index = 0; index < var_count; index++) set_number(state, vars[index], turn);
        for (int index = 0; index < var_count; index++) {
            void *value;
            CHECK(is_number(ctxvars_var_get(state, vars[index], &value), value, turn));
            CHECK(is_number(ctxvars_context_get(common, vars[index], &value), value, -1));
        }
        CHECK(ctxvars_state_exit(state, copy) == CTXVARS_OK);
        void *value;
        CHECK(is_number(ctxvars_var_get(state, vars[0], &value), value, -2));
        ctxvars_release(copy);

        // The one that gets in has it for itself.
        if (ctxvars_state_enter(state, common) == CTXVARS_OK) {
            CHECK(ctxvars_state_exit(state, common) == CTXVARS_OK);
        }
    }
    ctxvars_release(state);
    return NULL;
}

void check_threads(void) {
    ctxvars_embedder *e = embedder();
    ctxvars_state *starter = ctxvars_state_new();
    common = ctxvars_context_new();
    CHECK(ctxvars_state_enter(starter, common) == CTXVARS_OK);
    for (int index = 0; index < var_count; index++) {
        vars[index] = ctxvars_var_new(e, "v", NULL, NULL);
        set_number(starter, vars[index], -1);
    }
    CHECK(ctxvars_state_exit(starter, common) == CTXVARS_OK);
    set_number(starter, vars[0], -2);

    pthread_t threads[thread_count];
    for (int index = 0; index < thread_count; index++)
        CHECK(pthread_create(&threads[index], NULL, run, ctxvars_state_new_inheriting(starter)) == 0);
    for (int index = 0; index < thread_count; index++) pthread_join(threads[index], NULL);

    for (int index = 0; index < var_count; index++) ctxvars_release(vars[index]);
    ctxvars_release(common);
    ctxvars_release(starter);
    ctxvars_release(e);
}
