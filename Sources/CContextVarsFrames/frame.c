// SPDX-License-Identifier: Apache-2.0
/// The mechanism: bind, own, reach, borrow, adopt, unbind. (The copy for a new task is in `slot.c`.)

#include "slot.h"

#if defined(CONTEXTVARS_PLAIN)
#define visible_slot(agent) ((void)(agent), contextvars_visible_slot())
#define task_group_is_open(agent) ((void)(agent), runtime_task_group_is_open())
#define is_task_without_values(agent) ((void)(agent), false)
#else
#include "learned/learned.h"
#define visible_slot contextvars_learned_visible_slot
#define task_group_is_open contextvars_learned_task_group_is_open
#define is_task_without_values contextvars_learned_is_task_without_values
#endif

contextvars_frame contextvars_nobodys_frame;

// MARK: Reaching

/// A frame that the caller owns, and finds at once the next time.
static contextvars_reached owned(contextvars_frame *frame) {
    contextvars_this_thread.frame = frame;
    return (contextvars_reached){contextvars_frame_storage(frame), frame};
}

/// A frame of an ancestor, whose storage the caller may read.
static contextvars_reached borrowed(contextvars_frame *frame) {
    contextvars_remember_borrowed(frame);
    return (contextvars_reached){contextvars_frame_storage(frame), NULL};
}

/// Whether an agent owns a frame. A covered frame that is reached all the same isn't covered any more: the runtime has ended
/// what covered it.
static bool takes_ownership(contextvars_frame *frame, contextvars_agent agent) {
    contextvars_agent owner = contextvars_frame_owner(frame);
    if (owner == (agent | CONTEXTVARS_COVERED)) contextvars_frame_set_owner(frame, agent);
    return (owner & ~(contextvars_agent)CONTEXTVARS_COVERED) == agent;
}

contextvars_frame *contextvars_slot_frame_of(contextvars_slot *slot, contextvars_agent agent) {
    contextvars_frame *rider = contextvars_slot_rider(slot);
    if (rider && takes_ownership(rider, agent)) return rider;
    contextvars_frame *frame = contextvars_slot_frame(slot);
    return frame && takes_ownership(frame, agent) ? frame : NULL;
}

/// What the calling agent reaches by a slot behind which it owns no frame.
static contextvars_reached reach_others(contextvars_slot *slot, contextvars_agent agent) {
    contextvars_frame *frame = contextvars_slot_frame(slot);
    if (!frame) return (contextvars_reached){NULL, NULL};
    if (contextvars_supports_copies()) {
        bool is_unadopted = contextvars_frame_owner(frame) == CONTEXTVARS_UNADOPTED;
        if (!is_unadopted || contextvars_agent_is_structured_child(agent)) return borrowed(frame);
        contextvars_frame_set_owner(frame, agent);
        const contextvars_observer *observer = contextvars_current_observer();
        if (observer) observer->adopted(frame);
        return owned(frame);
    }
    // Only a structured child may have what another agent bound.
    bool may_borrow = contextvars_supports_children() && contextvars_agent_is_structured_child(agent);
    return may_borrow ? borrowed(frame) : (contextvars_reached){NULL, NULL};
}

contextvars_reached contextvars_reach_behind(contextvars_slot *slot, contextvars_agent agent) {
    agent = contextvars_known_agent(agent);
    contextvars_frame *frame = contextvars_slot_frame_of(slot, agent);
    return frame ? owned(frame) : reach_others(slot, agent);
}

contextvars_reached contextvars_reach(contextvars_agent agent) {
    if (!__atomic_load_n(&contextvars_has_hooks, __ATOMIC_RELAXED)) return (contextvars_reached){NULL, NULL};
#if !defined(CONTEXTVARS_PLAIN)
    if (agent == CONTEXTVARS_UNKNOWN) {
        agent = contextvars_current_agent();
        contextvars_frame *cached = contextvars_this_thread.frame;
        if (contextvars_frame_owner(cached) == agent) return owned(cached);
    }
#endif
    contextvars_slot *slot = visible_slot(agent);
    return slot ? contextvars_reach_behind(slot, agent) : contextvars_reach_main_root(agent);
}

contextvars_reached contextvars_look_and_reach(void) {
    contextvars_cached cached = contextvars_cached_frame();
    return cached.frame ? owned(cached.frame) : contextvars_reach(cached.agent);
}

void contextvars_cover_own_frame(void) {
    contextvars_frame *own = contextvars_look_and_reach().frame;
    if (own && !contextvars_has_no_slot(own)) contextvars_frame_set_owner(own, contextvars_frame_owner(own) | CONTEXTVARS_COVERED);
    contextvars_this_thread.frame = &contextvars_nobodys_frame;
}

contextvars_storage *contextvars_frame_end(contextvars_frame *frame) {
    bool is_promoted = frame->own.flags & CONTEXTVARS_PROMOTED;
    contextvars_storage *object = is_promoted ? contextvars_frame_storage(frame) : NULL;
    frame->own.flags = 0;
    contextvars_frame_set_owner(frame, 0);
    contextvars_frame_free(frame);
    return object;
}

// MARK: Binding

/// The slot that a frame for synchronous code may ride on, instead of having one of its own: the agent's latest one, if
/// the runtime shows it and no task group is open; or its thread's anchor.
///
/// Synchronous code neither moves to another thread nor awaits a structured child. A task that it creates copies the slot,
/// and the copy is made of the rider (`slot.c`). Only in the body of a task group are structured children created without
/// suspending, and these look at the slot alone.
static contextvars_slot *slot_to_ride_on(contextvars_frame *outer, contextvars_agent agent) {
#if defined(CONTEXTVARS_WITHOUT_RIDING)
    return NULL;
#endif
    bool is_thread = agent & CONTEXTVARS_THREAD;
    if (!outer) return is_thread ? contextvars_reach_anchor() : NULL;
    // Only the runtime knows whether it hides a thread's values.
    contextvars_slot *slot = is_thread ? contextvars_visible_slot() : visible_slot(agent);
    if (!slot) return NULL;
    // Where the outer frame is a rider, no group was open then, and none has been opened since.
    if (contextvars_slot_rider(slot) == outer) return slot;
    return task_group_is_open(agent) ? NULL : slot;
}

contextvars_outer contextvars_reach_outer(contextvars_agent agent) {
    if (is_task_without_values(agent)) return (contextvars_outer){NULL, NULL, agent};
    contextvars_reached reached = contextvars_reach(agent);
    contextvars_frame *frame = reached.frame;
    if (frame && contextvars_has_no_slot(frame)) return (contextvars_outer){NULL, reached.storage, agent};
    return (contextvars_outer){frame, reached.storage, frame ? contextvars_frame_owner(frame) : agent};
}

contextvars_binding contextvars_bind(
    contextvars_frame *frame, contextvars_frame *outer, contextvars_agent agent, bool synchronous) {
    agent = contextvars_known_agent(agent);
    contextvars_slot *ridden = synchronous ? slot_to_ride_on(outer, agent) : NULL;
    if (ridden) {
        contextvars_slot_set_rider(ridden, frame);
    } else {
        contextvars_slot_push(frame);
    }
    if (outer) contextvars_frame_set_owner(outer, agent | CONTEXTVARS_COVERED);
    contextvars_frame_set_owner(frame, agent);
    contextvars_this_thread.frame = frame;
    const contextvars_observer *observer = contextvars_current_observer();
    if (observer) observer->bound(frame, outer);
    return (contextvars_binding){frame, outer, ridden};
}

void contextvars_unbind(contextvars_frame *frame, contextvars_frame *outer, void *ridden) {
    const contextvars_observer *observer = contextvars_current_observer();
    if (observer) observer->ending(frame);
    contextvars_agent agent = contextvars_frame_owner(frame);
    contextvars_frame_set_owner(frame, 0);
    if (outer) contextvars_frame_set_owner(outer, agent);
    contextvars_this_thread.frame = outer ? outer : &contextvars_nobodys_frame;
    // Not released within the pop: what that runs may bind frames, and a thread's values, which the runtime frees with the
    // last one of them, would be freed twice.
    contextvars_contents contents;
    bool has_contents = contextvars_storage_take(&frame->own, &contents);
    if (ridden) {
        contextvars_slot *slot = ridden;
        contextvars_slot_set_rider(slot, contextvars_slot_frame(slot) == outer ? NULL : outer);
    } else {
        contextvars_slot_pop();
    }
    contextvars_storage *object = contextvars_frame_end(frame);
    if (object) contextvars_object_release(object);
    if (has_contents) contextvars_contents_release(&contents);
}

void contextvars_unbind_only(contextvars_frame *frame) {
    contextvars_slot *slot = contextvars_visible_slot();
    bool rides = slot && contextvars_slot_rider(slot) == frame;
    contextvars_unbind(frame, NULL, rides ? slot : NULL);
}

// MARK: No context

contextvars_binding contextvars_bind_none(void) {
    contextvars_frame *outer = contextvars_look_and_reach().frame;
    contextvars_slot_push(NULL);
    if (outer) contextvars_frame_set_owner(outer, contextvars_frame_owner(outer) | CONTEXTVARS_COVERED);
    contextvars_this_thread.frame = &contextvars_nobodys_frame;
    return (contextvars_binding){NULL, outer, NULL};
}

bool contextvars_is_without_context(void) {
    // Where tasks get no copies, every task has a slot that leads nowhere, no matter what its creator has.
    if (!contextvars_supports_copies()) return false;
    contextvars_slot *slot = visible_slot(contextvars_current_agent());
    return slot && !slot->frame && !contextvars_slot_is_of_anchor(slot);
}

void contextvars_unbind_none(contextvars_frame *outer) {
    contextvars_slot_pop();
    if (outer) contextvars_frame_set_owner(outer, contextvars_frame_owner(outer) & ~(contextvars_agent)CONTEXTVARS_COVERED);
    contextvars_this_thread.frame = outer ? outer : &contextvars_nobodys_frame;
}
