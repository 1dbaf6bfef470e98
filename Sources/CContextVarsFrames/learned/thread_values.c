// SPDX-License-Identifier: Apache-2.0
/// Where the runtime keeps the values of a thread, which it has outside of tasks.
///
/// It allocates the place with a thread's first value, notes it in a thread-local variable, and frees it with the last one.
/// In it, the latest value comes first. A thread's anchor is its first value and stays: so the place does, too, and as long
/// as the anchor comes first in it, the runtime neither hides it nor has another value above it.
///
/// Invariant: the variable is known by what a thread's first value does to the runtime's thread-local words. It is trusted
/// only if exactly one of them was zero before, and leads to a place with that value afterwards; and on each thread, only if
/// it does so there.

#include "contextvars_frames.h"

#if !defined(CONTEXTVARS_PLAIN)

#include "../platform.h"
#include "learned.h"

enum { UNKNOWN = -1, UNAVAILABLE = -2 };

/// The index of the variable among the words. Relaxed: one number, complete in itself.
static long known_index = UNKNOWN;

/// Whether a place, if there is any, has this value first.
static bool has_first(const void *const *place, const void *first) { return place && *place == first; }

/// Whether a word is a pointer that may be followed. The words of a program that the runtime is linked into are anybody's: the
/// anchor may be the thread's first allocation, at which an allocator notes numbers of its own.
static bool is_pointer(const void *word) {
    return (uintptr_t)word >= 4096 && (uintptr_t)word % _Alignof(void *) == 0 && platform_can_read(word);
}

void contextvars_note_runtime_words(contextvars_runtime_notes *notes) {
    notes->block.count = 0;
    if (__atomic_load_n(&known_index, __ATOMIC_RELAXED) != UNKNOWN) return;
    contextvars_runtime_block block = contextvars_find_runtime_block();
    if (block.count > CONTEXTVARS_NOTED_WORDS) return;
    notes->block = block;
    for (long i = 0; i < block.count; i++) notes->before[i] = block.words[i];
}

long contextvars_index_of_place(void *const *before, void *const *words, long count, const void *first) {
    long found = UNAVAILABLE;
    for (long i = 0; i < count; i++) {
        if (before[i] || !is_pointer(words[i]) || !has_first(words[i], first)) continue;
        if (found >= 0) return UNAVAILABLE;
        found = i;
    }
    return found;
}

void contextvars_learn_thread_values(const contextvars_runtime_notes *notes) {
    contextvars_thread *thread = &contextvars_this_thread;
    const runtime_item *anchor = contextvars_item_of(thread->anchor);
    long index = __atomic_load_n(&known_index, __ATOMIC_RELAXED);
    if (index == UNKNOWN) {
        index = contextvars_index_of_place(notes->before, notes->block.words, notes->block.count, anchor);
        __atomic_store_n(&known_index, index, __ATOMIC_RELAXED);
    }
    void *const *words = index >= 0 ? contextvars_runtime_words() : NULL;
    if (words && has_first(words[index], anchor)) thread->values = words[index];
}

bool contextvars_knows_thread_values(void) { return contextvars_learned_anchor_is_latest(&contextvars_this_thread); }

#endif
