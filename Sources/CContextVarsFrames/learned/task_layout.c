// SPDX-License-Identifier: Apache-2.0
/// Learns where a task keeps two things (`contextvars_known_layout`).
///
/// Invariant: each is at the same offset in every task of the process. An offset is searched by what stands there while
/// two bindings or groups are begun and ended, one inside the other, and trusted only if exactly one word of the task
/// follows them there and back. Where that fails, or hasn't been tried yet, nothing is known, and the runtime's functions
/// are asked.

#include "contextvars_frames.h"

#if !defined(CONTEXTVARS_PLAIN)

#include "learned.h"

contextvars_task_layout contextvars_known_layout;

void contextvars_note_task(contextvars_task_notes *notes) {
#if defined(CONTEXTVARS_WITHOUT_TASK_LAYOUT)
    return;
#endif
    uintptr_t *task = contextvars_running_task();
    if (!task || notes->count == CONTEXTVARS_TASK_NOTES) return;
    for (size_t i = 0; i < CONTEXTVARS_TASK_WORDS; i++) {
        notes->words[notes->count][i] = __atomic_load_n(&task[i], __ATOMIC_RELAXED);
    }
    notes->count++;
}

/// A group is an allocation of 32 words, and its record is somewhere in it.
enum { GROUP_SIZE = 32 * sizeof(uintptr_t) };

static bool is_in(uintptr_t word, uintptr_t start, size_t size) { return word - start < size; }

/// The offset of the only word that points into the inner binding or group while that lasts, into the outer one before and
/// after, and to what it did at first when both have ended; else 0.
static size_t offset_of_innermost(const contextvars_task_notes *notes, uintptr_t outer, uintptr_t inner, size_t size) {
    if (notes->count != CONTEXTVARS_TASK_NOTES) return 0;
    size_t offset = 0;
    for (size_t i = 0; i < CONTEXTVARS_TASK_WORDS; i++) {
        uintptr_t before = notes->words[0][i], in_outer = notes->words[1][i], in_inner = notes->words[2][i];
        bool is_restored = notes->words[3][i] == in_outer && notes->words[4][i] == before;
        bool was_elsewhere = !is_in(before, outer, size) && !is_in(before, inner, size);
        if (!is_restored || !was_elsewhere || !is_in(in_outer, outer, size) || !is_in(in_inner, inner, size)) continue;
        if (offset) return 0;
        offset = i * sizeof(uintptr_t);
    }
    return offset;
}

/// Pushes a slot that leads to nobody's frame. Returns the item that the runtime put it into, if that looks as we know it.
static uintptr_t push_item(void) {
    contextvars_slot_push(&contextvars_nobodys_frame);
    contextvars_slot *slot = contextvars_visible_slot();
    return slot ? (uintptr_t)slot - offsetof(runtime_item, value) : 0;
}

void contextvars_learn_place_of_values(void) {
    contextvars_task_notes notes = {0};
    contextvars_note_task(&notes);
    uintptr_t outer_item = push_item();
    contextvars_note_task(&notes);
    uintptr_t inner_item = push_item();
    contextvars_note_task(&notes);
    const runtime_item *inner = (const runtime_item *)inner_item;
    bool is_value_item = inner && inner->next_and_flags == outer_item && inner->key == &contextvars_slot_key;
    contextvars_slot_pop();
    contextvars_note_task(&notes);
    contextvars_slot_pop();
    contextvars_note_task(&notes);
    if (!outer_item || !inner_item || !is_value_item) return;
    size_t offset = offset_of_innermost(&notes, outer_item, inner_item, 1);
    __atomic_store_n(&contextvars_known_layout.values, offset, __ATOMIC_RELAXED);
}

void contextvars_learn_parent_link(void) {
    void *task = contextvars_running_task();
    if (contextvars_known_layout.values == 0 || !task) return;
    const runtime_item *link = contextvars_task_word(task, contextvars_known_layout.values);
    const contextvars_slot *parents = contextvars_visible_slot();
    if (!link || !parents) return;
    const runtime_item *item = (const void *)((const char *)parents - offsetof(runtime_item, value));
    size_t bits = link->next_and_flags & CONTEXTVARS_LINK_BITS;
    if (bits == 0 || link->next_and_flags - bits != (uintptr_t)item || item->key != &contextvars_slot_key) return;
    __atomic_store_n(&contextvars_known_layout.parent_link, bits, __ATOMIC_RELAXED);
}

void contextvars_learn_place_of_records(const contextvars_task_notes *notes, uintptr_t outer, uintptr_t inner) {
    size_t offset = offset_of_innermost(notes, outer, inner, GROUP_SIZE);
    __atomic_store_n(&contextvars_known_layout.records, offset, __ATOMIC_RELAXED);
}

void contextvars_learn_group_record(uintptr_t outer, uintptr_t inner) {
    void *task = contextvars_running_task();
    if (contextvars_known_layout.records == 0 || !task) return;
    const contextvars_status_record *record = contextvars_task_word(task, contextvars_known_layout.records);
    if (!record || !is_in((uintptr_t)record, inner, GROUP_SIZE)) return;
    const contextvars_status_record *before = record->before;
    if (!before || !is_in((uintptr_t)before, outer, GROUP_SIZE)) return;
    size_t kind = record->flags & CONTEXTVARS_STATUS_RECORD_KIND;
    if (kind == 0 || kind != (before->flags & CONTEXTVARS_STATUS_RECORD_KIND)) return;
    __atomic_store_n(&contextvars_known_layout.group_record, kind, __ATOMIC_RELAXED);
}

bool contextvars_knows_task_layout(void) {
    return __atomic_load_n(&contextvars_known_layout.values, __ATOMIC_RELAXED) != 0
        && __atomic_load_n(&contextvars_known_layout.records, __ATOMIC_RELAXED) != 0;
}

#endif
