// SPDX-License-Identifier: Apache-2.0
/// Where snapshots were taken, so that a trace has an arrow from there to where each runs.
///
/// A snapshot has no room for a number. It is known by the root of its map, an address that no other snapshot of other
/// values has while it lives, and each that is made is noted anew. The notes are in a table of one word each: the number of
/// the handover, and enough of the root to tell it from others that have the same place. A snapshot that has lost its place
/// to another one has no arrow.
#include "contextvars_diagnostics.h"

enum { PLACES = 14, TAG = 24, NUMBER = 40 };

static uint64_t table[1 << PLACES];
static _Thread_local uint64_t arriving_flow;

static uint64_t *place_of(uintptr_t root, uint64_t *tag) {
    uint64_t hash = root * 0x9E3779B97F4A7C15;
    *tag = hash << PLACES >> (64 - TAG);
    return &table[hash >> (64 - PLACES)];
}

void contextvars_note_snapshot(uintptr_t root, uint64_t number) {
    uint64_t tag, *place = place_of(root, &tag);
    // Relaxed: the way by which a thread has got the snapshot orders this.
    if (root) __atomic_store_n(place, tag << NUMBER | (number & (((uint64_t)1 << NUMBER) - 1)), __ATOMIC_RELAXED);
}

uint64_t contextvars_noted_snapshot(uintptr_t root) {
    uint64_t tag, *place = place_of(root, &tag);
    uint64_t word = root ? __atomic_load_n(place, __ATOMIC_RELAXED) : 0;
    return word >> NUMBER == tag ? word & (((uint64_t)1 << NUMBER) - 1) : 0;
}

void contextvars_forget_snapshots(void) {
    for (int i = 0; i < 1 << PLACES; i++) __atomic_store_n(&table[i], 0, __ATOMIC_RELAXED);
}

uint64_t *contextvars_arriving_flow(void) { return &arriving_flow; }
