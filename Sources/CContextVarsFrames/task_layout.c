/// Finds out where a task keeps two things (`contextvars_known_task_layout`).
///
/// Invariant: each is at the same offset in every task of the process. An offset is searched by what stands there while
/// two bindings or groups are begun and ended, one inside the other, and trusted only if exactly one word of the task
/// follows them there and back. Where that fails, or hasn't been tried yet, nothing is known, and the runtime's functions
/// are asked.

#include "frame.h"

contextvars_task_layout contextvars_known_task_layout;

void contextvars_note_task(contextvars_task_notes *notes) {
    _Atomic(uintptr_t) *task = contextvars_running_task();
    if (!task || notes->count == CONTEXTVARS_TASK_NOTES) return;
    for (size_t i = 0; i < CONTEXTVARS_TASK_WORDS; i++) {
        notes->words[notes->count][i] = atomic_load_explicit(&task[i], memory_order_relaxed);
    }
    notes->count++;
}

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

void contextvars_learn_place_of_values(void) {
    contextvars_task_notes notes = {0};
    contextvars_frame *outer = contextvars_frame_allocate(), *inner = contextvars_frame_allocate();
    contextvars_note_task(&notes);
    contextvars_task_local_push(outer);
    contextvars_note_task(&notes);
    contextvars_task_local_push(inner);
    contextvars_note_task(&notes);
    uintptr_t outer_item = (uintptr_t)outer->item, inner_item = (uintptr_t)inner->item;
    contextvars_task_local_pop();
    contextvars_note_task(&notes);
    contextvars_task_local_pop();
    contextvars_note_task(&notes);
    size_t offset = offset_of_innermost(&notes, outer_item, inner_item, 1);
    atomic_store_explicit(&contextvars_known_task_layout.values, offset, memory_order_relaxed);
}

void contextvars_learn_place_of_records(const contextvars_task_notes *notes, uintptr_t outer, uintptr_t inner) {
    // A group is an allocation of 32 words, and its record is somewhere in it.
    size_t offset = offset_of_innermost(notes, outer, inner, 32 * sizeof(uintptr_t));
    atomic_store_explicit(&contextvars_known_task_layout.records, offset, memory_order_relaxed);
}

bool contextvars_knows_task_layout(void) {
    return atomic_load_explicit(&contextvars_known_task_layout.values, memory_order_relaxed) != 0
        && atomic_load_explicit(&contextvars_known_task_layout.records, memory_order_relaxed) != 0;
}
