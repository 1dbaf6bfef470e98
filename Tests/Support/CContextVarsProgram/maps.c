// SPDX-License-Identifier: Apache-2.0
// The persistent map with keys of the embedder's.
#include "checks.h"

enum { key_count = 500 };

// Replaces a map by one with a new value for a key.
static void put(ctxvars_map **map, object *key, intptr_t number) {
    ctxvars_map *result = NULL;
    object *value = make(number, 0);
    CHECK(ctxvars_map_set(*map, key, value, &result) == CTXVARS_OK);
    release(value);
    ctxvars_release(*map);
    *map = result;
}

// Many keys, most of which share their hash with others; versions; iteration.
static void check_versions(ctxvars_embedder *e) {
    object *keys[key_count];
    ctxvars_map *map = ctxvars_map_new(e), *half = NULL;
    for (int index = 0; index < key_count; index++) {
        keys[index] = make(index % 50 == 0 ? 0 : index, index);
        put(&map, keys[index], index);
        if (index == key_count / 2) ctxvars_retain(half = map);
    }
    CHECK(ctxvars_map_count(map) == key_count && ctxvars_map_count(half) == key_count / 2 + 1);
    for (int index = 0; index < key_count; index++) {
        // An equal key is as good as the same one.
        object *equal = make(keys[index]->number, index);
        void *value = NULL;
        CHECK(is_number(ctxvars_map_get(map, equal, &value), value, index));
        CHECK(ctxvars_map_get(half, equal, NULL) == (index <= key_count / 2));
        release(equal);
    }

    ctxvars_map_iterator *iterator = ctxvars_map_iterate(map);
    void *key, *value;
    int count = 0;
    while (ctxvars_map_iterator_next(iterator, &key, &value) == 1) {
        CHECK(((object *)key)->identity == ((object *)value)->number);
        release(key);
        release(value);
        count++;
    }
    CHECK(count == key_count);
    ctxvars_release(iterator);

    for (int index = 0; index < key_count; index++) {
        ctxvars_map *result = NULL;
        CHECK(ctxvars_map_remove(map, keys[index], &result) == 1);
        ctxvars_release(map);
        map = result;
        CHECK(ctxvars_map_remove(map, keys[index], &result) == 0 && result == map);
        ctxvars_release(result);
        release(keys[index]);
    }
    CHECK(ctxvars_map_count(map) == 0 && ctxvars_map_count(half) == key_count / 2 + 1);
    ctxvars_release(map);
    ctxvars_release(half);
}

// Callbacks that fail: the operation returns the failure, and nothing has changed.
static void check_failures(ctxvars_embedder *e) {
    ctxvars_map *map = ctxvars_map_new(e), *untouched = map, *result = map;
    object *keys[4], *value = make(0, 0), *bad = make(1, 100);
    for (int index = 0; index < 4; index++) {
        keys[index] = make(1, index);
        put(&map, keys[index], index);
    }
    result = untouched = map;
    keys[0]->fails = true;
    long before = comparisons;
    CHECK(ctxvars_map_get(map, bad, NULL) == CTXVARS_CALLBACK_FAILED);
    CHECK(comparisons == before + 1);
    CHECK(ctxvars_map_set(map, bad, value, &result) == CTXVARS_CALLBACK_FAILED && result == untouched);
    CHECK(ctxvars_map_remove(map, bad, &result) == CTXVARS_CALLBACK_FAILED && result == untouched);
    keys[0]->fails = false;
    bad->fails = true;
    CHECK(ctxvars_map_get(map, bad, NULL) == CTXVARS_CALLBACK_FAILED);
    CHECK(ctxvars_map_set(map, bad, value, &result) == CTXVARS_CALLBACK_FAILED);
    bad->fails = false;
    CHECK(ctxvars_map_get(map, bad, NULL) == 0 && ctxvars_map_count(map) == 4);
    for (int index = 0; index < 4; index++) release(keys[index]);
    release(value);
    release(bad);
    ctxvars_release(map);
}

static void check_equality(ctxvars_embedder *e) {
    object *one = make(1, 0), *two = make(2, 0), *value = make(3, 0);
    ctxvars_map *empty = ctxvars_map_new(e), *left = NULL, *right = NULL, *same = NULL, *differs = NULL;
    CHECK(ctxvars_map_set(empty, one, value, &left) == CTXVARS_OK);
    ctxvars_retain(right = empty);
    object *equal_key = make(1, 0);
    put(&right, equal_key, 3);
    CHECK(ctxvars_map_equal(left, right) == 1 && ctxvars_map_equal(left, empty) == 0);
    CHECK(ctxvars_map_set(left, one, value, &same) == CTXVARS_OK && same == left);
    CHECK(ctxvars_map_set(left, one, two, &differs) == CTXVARS_OK && ctxvars_map_equal(left, differs) == 0);
    value->fails = true;
    CHECK(ctxvars_map_equal(left, right) == CTXVARS_CALLBACK_FAILED);
    value->fails = false;
    equal_key->fails = true;
    CHECK(ctxvars_map_equal(left, right) == CTXVARS_CALLBACK_FAILED);
    ctxvars_map *handles[] = {empty, left, right, same, differs};
    for (int index = 0; index < 5; index++) ctxvars_release(handles[index]);
    object *objects[] = {one, two, value, equal_key};
    for (int index = 0; index < 4; index++) release(objects[index]);
}

void check_maps(void) {
    ctxvars_embedder *e = embedder();
    check_versions(e);
    check_failures(e);
    check_equality(e);
    ctxvars_release(e);
}
