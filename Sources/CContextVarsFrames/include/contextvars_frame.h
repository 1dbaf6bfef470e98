// SPDX-License-Identifier: Apache-2.0
/// Frames: a storage that is current for an agent, and how an agent finds its own.
#ifndef CONTEXTVARS_FRAME_H
#define CONTEXTVARS_FRAME_H

#include "contextvars_agent.h"
#include "contextvars_storage.h"

#pragma clang assume_nonnull begin

/// One binding of a storage to an agent, in a cache line of its own.
///
/// Invariants, which make `contextvars_cached_frame` right:
/// - The memory of a frame is used for frames only, and always stays readable (`frame_pool.c`). So a pointer to a frame that
///   is out of date may be read.
/// - `owner == A` holds for at most one frame for each agent A: the innermost one of A. An agent's frames end before the
///   agent does. So a frame that names the asking agent is the right one, no matter what happened in between.
struct contextvars_frame {
    /// The agent whose innermost frame this is; with `CONTEXTVARS_COVERED`, one that has another frame further in; or 0.
    /// Written by that agent only. Relaxed everywhere: an agent sees its own writes, and nobody else's agent is equal.
    contextvars_agent owner;
    /// What is current: `own`, or the storage of a `Context`. In a free frame, the next free one.
    contextvars_storage *_Nullable storage;
    contextvars_storage own;
};

enum {
    /// Set in the owner of a frame while the same agent has another one further in.
    CONTEXTVARS_COVERED = 2,
    /// In place of an owner: the frame was made for a new task, which hasn't looked at it yet.
    CONTEXTVARS_UNADOPTED = 4,
};

/// What a thread has in place of a frame: it is never bound, and never owned.
extern contextvars_frame contextvars_nobodys_frame;

static inline contextvars_agent contextvars_frame_owner(const contextvars_frame *frame) {
    return __atomic_load_n(&frame->owner, __ATOMIC_RELAXED);
}

static inline void contextvars_frame_set_owner(contextvars_frame *frame, contextvars_agent owner) {
    __atomic_store_n(&frame->owner, owner, __ATOMIC_RELAXED);
}

/// The storage of a frame that is bound. Acquire, with the release in `set_storage`: a child may read it at this moment.
static inline contextvars_storage *contextvars_frame_storage(const contextvars_frame *frame) {
    return __atomic_load_n(&frame->storage, __ATOMIC_ACQUIRE);
}

/// Gives a frame another storage. For a frame that isn't bound, and for its owner.
static inline void contextvars_frame_set_storage(contextvars_frame *frame, contextvars_storage *_Nullable storage) {
    __atomic_store_n(&frame->storage, storage, __ATOMIC_RELEASE);
}

// MARK: Finding a frame

/// What the calling thread remembers.
typedef struct contextvars_cached {
    /// The innermost frame of the calling agent if the agent is known to own it. NULL means "unknown": then
    /// `contextvars_reach` finds out.
    contextvars_frame *_Nullable frame;
    /// The calling agent, if it is known by now; else `CONTEXTVARS_UNKNOWN`.
    contextvars_agent agent;
} contextvars_cached;

/// How nearly every operation begins: a few loads, however many task-local values there are.
static inline contextvars_cached contextvars_cached_frame(void) {
    contextvars_frame *frame = contextvars_this_thread.frame;
    contextvars_agent owner = contextvars_frame_owner(frame);
#if defined(CONTEXTVARS_PLAIN)
    if (owner == 0) return (contextvars_cached){NULL, CONTEXTVARS_UNKNOWN};
    contextvars_agent agent = contextvars_current_agent();
#else
    // An unknown one owns nothing.
    contextvars_agent agent = contextvars_agent_of(*contextvars_this_thread.running_task);
#endif
    return (contextvars_cached){owner == agent ? frame : NULL, agent};
}

/// What an agent reaches, and whether it owns that.
typedef struct contextvars_reached {
    /// NULL where no context is current. It stays at least as long as the caller runs.
    contextvars_storage *_Nullable storage;
    /// The frame, if the caller owns it. A storage without one is borrowed.
    contextvars_frame *_Nullable frame;
} contextvars_reached;

/// The innermost storage that the calling agent reaches, where `contextvars_cached_frame` has found no frame.
///
/// `agent`: the agent that it has returned.
contextvars_reached contextvars_reach(contextvars_agent agent);

/// The same for a caller who hasn't looked at the cached frame.
contextvars_reached contextvars_look_and_reach(void);

/// Whether a caller who reaches this may call `contextvars_make_main_root`: it reaches nothing, or the root.
bool contextvars_may_make_main_root(contextvars_reached reached);

/// The root frame of the main thread, made if need be. NULL unless the caller runs there, outside of any task.
contextvars_frame *_Nullable contextvars_make_main_root(void);

// MARK: Binding

/// What a frame is bound over.
typedef struct contextvars_outer {
    /// The innermost frame of the calling agent, which the new one will cover. NULL if it has none.
    contextvars_frame *_Nullable frame;
    /// What is current, if anything is: the frame's, or one that is borrowed.
    contextvars_storage *_Nullable storage;
    /// The calling agent, or `CONTEXTVARS_UNKNOWN`.
    contextvars_agent agent;
} contextvars_outer;

/// The same for a caller whose cached frame isn't the agent's. `agent`: as in `contextvars_reach`.
contextvars_outer contextvars_reach_outer(contextvars_agent agent);

/// What a frame that the caller binds now is bound over.
static inline contextvars_outer contextvars_find_outer(void) {
    contextvars_cached cached = contextvars_cached_frame();
    contextvars_frame *_Nullable frame = cached.frame;
    if (!frame) return contextvars_reach_outer(cached.agent);
    return (contextvars_outer){frame, contextvars_frame_storage((contextvars_frame *)frame), cached.agent};
}

/// A binding that is under way, as its maker keeps it.
typedef struct contextvars_binding {
    /// NULL where nothing is bound: `contextvars_bind_none`.
    contextvars_frame *_Nullable frame;
    /// The agent's innermost frame before.
    contextvars_frame *_Nullable outer;
    /// The slot that leads to the frame, where the frame has no slot of its own.
    void *_Nullable ridden;
} contextvars_binding;

/// Gives the calling thread frames from the pool.
void contextvars_frames_refill(void);

/// Whether the calling thread has a frame to be bound. Then the engine is prepared.
static inline bool contextvars_has_free_frame(void) { return contextvars_this_thread.free_frames != NULL; }

/// A frame to be filled and bound. Its own storage is empty.
static inline contextvars_frame *contextvars_frame_allocate(void) {
    contextvars_thread *thread = &contextvars_this_thread;
    if (!thread->free_frames) contextvars_frames_refill();
    contextvars_frame *frame = thread->free_frames;
    thread->free_frames = (contextvars_frame *)frame->storage;
    thread->free_frame_count--;
    frame->storage = &frame->own;
    return frame;
}

/// Makes a frame the innermost one of the calling agent.
///
/// `outer`, `agent`: what `contextvars_find_outer` has returned since the agent's last binding.
/// `synchronous`: until the frame is unbound, the agent doesn't suspend, and opens no task group.
contextvars_binding contextvars_bind(
    contextvars_frame *frame, contextvars_frame *_Nullable outer, contextvars_agent agent, bool synchronous);

/// Undoes the caller's latest binding, and releases what the frame's own storage has. (The parts of a
/// `contextvars_binding`: together, they would be passed in memory.)
void contextvars_unbind(contextvars_frame *frame, contextvars_frame *_Nullable outer, void *_Nullable ridden);

/// The same for the innermost frame of a thread that had none before, and ends without returning to the code that knows the
/// binding.
void contextvars_unbind_only(contextvars_frame *frame);

/// Leaves the calling agent, and what it creates from now on, without a context. No frame is the agent's until it binds
/// one: the one that was innermost is covered, and the thread forgets it.
contextvars_binding contextvars_bind_none(void);

/// Undoes `contextvars_bind_none`. `outer`: as the binding has it.
void contextvars_unbind_none(contextvars_frame *_Nullable outer);

/// Whether the caller, for whom no context is current, has none on purpose: it, or the creator of its task, has called
/// `contextvars_bind_none`.
bool contextvars_is_without_context(void);

// MARK: Implemented in Swift

typedef struct contextvars_hooks {
    /// Writes what a storage has into an empty one that nobody else knows. `is_own`: the caller owns the former.
    void (*_Nonnull copy)(contextvars_storage *source, bool is_own, contextvars_contents *destination);
    /// Releases what a storage had.
    void (*_Nonnull release)(contextvars_contents *contents);
    /// Releases the `Context` object with a storage, which was made for a frame that has ended.
    void (*_Nonnull release_object)(contextvars_storage *storage);
} contextvars_hooks;

/// Sets the hooks. Call it before anything is put into a frame.
void contextvars_set_hooks(const contextvars_hooks *hooks);

// MARK: What the engine relies on

/// Whether a new plain task reliably gets a copy of its creator's slot; whether structured children can be told from plain
/// tasks; and whether a slot may stay among the values of a thread. If the first isn't so, plain tasks have no context; if
/// the second isn't, children have none either; if the third isn't, threads have no anchors. The first two are assumed until
/// the runtime has been checked.
void contextvars_set_support(bool copies, bool children, bool staying_values);

/// How many times the runtime has copied a slot on the calling thread.
unsigned long contextvars_copies_on_this_thread(void);

#pragma clang assume_nonnull end

#endif
