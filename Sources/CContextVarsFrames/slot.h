// SPDX-License-Identifier: Apache-2.0
/// The task-local value that leads to frames.
#ifndef CONTEXTVARS_SLOT_H
#define CONTEXTVARS_SLOT_H

#include "contextvars_frames.h"
#include "runtime.h"

/// What the runtime keeps for us among the task-local values of a task or thread.
///
/// A slot comes to be in two ways. A binding pushes one that leads to its frame. And the runtime makes a copy for each new
/// unstructured task: that one leads to a frame of its own, which its task adopts when it first uses a variable.
typedef struct contextvars_slot {
    /// The address of the frame that the slot leads to, with `CONTEXTVARS_SLOT_IS_COPY` if the frame ends with it; 0 in one
    /// that hides every context from those who see it. It stays the same.
    uintptr_t frame;
    /// The agent's innermost frame that has no slot of its own and rides on this one; or NULL. Written by the slot's
    /// agent; children find that its owner is another agent, and pass it by. In a copy of an anchor, the frame that is nobody's.
    contextvars_frame *rider;
} contextvars_slot;

/// Beside a frame's address: the slot is a copy that the runtime has made.
enum { CONTEXTVARS_SLOT_IS_COPY = 1 };

/// The frame that a slot leads to; or NULL.
static inline contextvars_frame *contextvars_slot_frame(const contextvars_slot *slot) {
    return (contextvars_frame *)(slot->frame & ~(uintptr_t)CONTEXTVARS_SLOT_IS_COPY);
}

/// Whether a slot is a copy, whose frame ends with it.
static inline bool contextvars_slot_is_copy(const contextvars_slot *slot) { return slot->frame & CONTEXTVARS_SLOT_IS_COPY; }

/// Whether the hooks are set, which comes before any slot or frame. (Relaxed: an agent that sees a slot knows of it anyway.)
extern bool contextvars_has_hooks;

/// The slot's key: only its address matters.
extern const char contextvars_slot_key;

/// The slot that the caller reaches, or NULL.
static inline contextvars_slot *contextvars_visible_slot(void) { return runtime_visible_value(&contextvars_slot_key); }

static inline contextvars_frame *contextvars_slot_rider(const contextvars_slot *slot) {
    return __atomic_load_n(&slot->rider, __ATOMIC_RELAXED);
}

static inline void contextvars_slot_set_rider(contextvars_slot *slot, contextvars_frame *rider) {
    __atomic_store_n(&slot->rider, rider, __ATOMIC_RELAXED);
}

/// What the check of the runtime found. (Relaxed: set once, in the check, before other code binds anything.)
typedef struct contextvars_support {
    bool copies, children, staying_values;
} contextvars_support;
extern contextvars_support contextvars_supported;

static inline bool contextvars_supports_copies(void) { return __atomic_load_n(&contextvars_supported.copies, __ATOMIC_RELAXED); }
static inline bool contextvars_supports_staying_values(void) {
    return __atomic_load_n(&contextvars_supported.staying_values, __ATOMIC_RELAXED);
}
static inline bool contextvars_supports_children(void) { return __atomic_load_n(&contextvars_supported.children, __ATOMIC_RELAXED); }

/// How often a thread reads what it has borrowed without asking who reads.
enum { CONTEXTVARS_BORROWED_USES = 15 };

/// Has the calling thread remember what it has borrowed: nearly always, its next borrowed reading is of the same.
static inline void contextvars_remember_borrowed(contextvars_frame *frame) {
    contextvars_thread *thread = &contextvars_this_thread;
    thread->borrowed = frame;
    thread->borrowed_storage = contextvars_frame_storage(frame);
#if defined(CONTEXTVARS_PLAIN)
    thread->borrowed_uses = CONTEXTVARS_BORROWED_USES;
    thread->frame = &contextvars_nobodys_frame;
    if (!contextvars_supports_copies()) thread->borrowed = &contextvars_nobodys_frame;
#endif
}

/// Whether a frame is what the calling thread remembers, with the storage that it remembers.
static inline bool contextvars_is_remembered(const contextvars_frame *frame) {
#if defined(CONTEXTVARS_WITHOUT_REMEMBERING)
    return false;
#endif
    const contextvars_thread *thread = &contextvars_this_thread;
    return frame == thread->borrowed && contextvars_frame_storage(thread->borrowed) == thread->borrowed_storage;
}

/// What it remembers, in a way that hides from the compiler that it is the same: so the processor reads on from here, and
/// needn't wait until it has found the frame.
static inline contextvars_storage *contextvars_remembered_storage(void) {
    contextvars_storage *storage = contextvars_this_thread.borrowed_storage;
    __asm__("" : "+r"(storage));
    return storage;
}

/// Pushes a slot that leads to a frame, or to none, onto the values of the current task or, outside of tasks, of the current thread.
void contextvars_slot_push(contextvars_frame *frame);

/// Pops it.
void contextvars_slot_pop(void);

/// Whether the slot that the caller has just pushed is the only value there.
bool contextvars_slot_is_only_value(void);

/// The calling thread's anchor, for a thread outside of tasks that sees no frame. Made if need be; NULL where it can't be
/// ridden on.
contextvars_slot *contextvars_reach_anchor(void);

/// Whether a slot that leads to no frame is the calling thread's anchor, or a task's copy of one, and not there to hide a
/// context.
static inline bool contextvars_slot_is_of_anchor(const contextvars_slot *slot) {
    return slot == contextvars_this_thread.anchor || contextvars_slot_rider(slot) == &contextvars_nobodys_frame;
}

/// Pops the anchor, when the thread ends.
void contextvars_anchor_end(void);

/// The innermost frame that an agent owns behind a slot: the rider, or the one that the slot leads to. NULL if neither is
/// the agent's.
contextvars_frame *contextvars_slot_frame_of(contextvars_slot *slot, contextvars_agent agent);

/// Begins to read what the caller reaches.
static inline contextvars_reading contextvars_begin_reading_what(contextvars_reached reached) {
    if (!reached.storage || reached.frame) return (contextvars_reading){reached.storage, NULL};
    return contextvars_begin_reading(reached.storage);
}

/// What an agent reaches behind the slot that it sees. `agent`: as in `contextvars_reach`.
contextvars_reached contextvars_reach_behind(contextvars_slot *slot, contextvars_agent agent);

/// Returns a frame whose own storage is empty to the pool.
void contextvars_frame_free(contextvars_frame *frame);

/// Returns all frames that the calling thread keeps for itself, when it ends.
void contextvars_frames_return_all(void);

/// Ends a frame and returns it to the pool. Returns the storage of the object that was made for it, if one was, which the
/// caller must release.
contextvars_storage *contextvars_frame_end(contextvars_frame *frame);

/// Empties a storage that nobody else uses. Returns whether there was anything, which the caller must release.
static inline bool contextvars_storage_take(contextvars_storage *storage, contextvars_contents *contents) {
    uint8_t flags = storage->flags;
    contextvars_contents *had = &storage->contents;
    bool keeps_map = had->values && !(flags & CONTEXTVARS_LENT_MAP);
    bool keeps_variable = had->variable && !(flags & CONTEXTVARS_LENT_VARIABLE);
    bool has_any = keeps_map || keeps_variable || had->box;
    // Word by word: the processor would have to wait for several recent stores before it can load more at once.
    if (has_any) {
        contents->values = keeps_map ? __atomic_load_n(&had->values, __ATOMIC_RELAXED) : 0;
        contents->count = __atomic_load_n(&had->count, __ATOMIC_RELAXED);
        contents->variable = keeps_variable ? __atomic_load_n(&had->variable, __ATOMIC_RELAXED) : NULL;
        contents->bits = __atomic_load_n(&had->bits, __ATOMIC_RELAXED);
        contents->box = __atomic_load_n(&had->box, __ATOMIC_RELAXED);
    }
    *storage = (contextvars_storage){.flags = flags & CONTEXTVARS_PROMOTED};
    return has_any;
}

/// Releases what a storage had. That may run deinitialisers, which may use contexts: call it at the very end of an operation.
void contextvars_contents_release(contextvars_contents *contents);
void contextvars_object_release(contextvars_storage *storage);

/// Writes a copy of what a storage has.
void contextvars_storage_copy(contextvars_storage *source, bool is_own, contextvars_contents *destination);

/// Covers the innermost frame that the calling agent owns, if it owns one, because the runtime makes another one innermost.
void contextvars_cover_own_frame(void);

/// The main thread's root frame, once it has been made, and whether a slot leads to it. Both are written by the main
/// thread only.
extern contextvars_frame *contextvars_main_root;
extern bool contextvars_main_root_has_slot;

/// Whether a frame that the caller owns is found without a slot. Such a root is never cached, so that each `set` tries to
/// give it one; and no other frame covers it.
static inline bool contextvars_has_no_slot(const contextvars_frame *frame) {
    return frame == __atomic_load_n(&contextvars_main_root, __ATOMIC_RELAXED) && !contextvars_main_root_has_slot;
}

/// What the caller reaches where it sees no slot: on the main thread the root, if that has none.
static inline contextvars_reached contextvars_reach_main_root(contextvars_agent agent) {
    contextvars_frame *root = __atomic_load_n(&contextvars_main_root, __ATOMIC_RELAXED);
    // Another thread is spared the question for its task.
    if (!root || contextvars_frame_owner(root) != contextvars_agent_of(NULL)) return (contextvars_reached){NULL, NULL};
    if (contextvars_frame_owner(root) != contextvars_known_agent(agent)) return (contextvars_reached){NULL, NULL};
    return (contextvars_reached){contextvars_frame_storage(root), root};
}

#endif
