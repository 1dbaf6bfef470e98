// SPDX-License-Identifier: Apache-2.0
/// What diagnostics need that Swift can't say: return addresses, lanes, rings, and handovers of `ContextVarsAutomatic`.
///
/// Everything here is internal to swift-contextvars.
#ifndef CONTEXTVARS_DIAGNOSTICS_H
#define CONTEXTVARS_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contextvars_frames.h"

#pragma clang assume_nonnull begin

// MARK: Where the caller is

/// How many return addresses tell a place, and how many of them that of a handover. The first ones are our own functions',
/// or those of Dispatch.
enum { CONTEXTVARS_PLACE_DEPTH = 10, CONTEXTVARS_HANDOVER_DEPTH = 6 };

/// Writes the return addresses of the caller's callers, and zero behind the last one: by frame pointers, and of
/// asynchronous functions by their contexts. Reads nothing but the calling thread's stack and the running task's contexts.
/// Within a function of the observer, these are the callers of the observed function.
void contextvars_walk(uintptr_t places[_Nonnull CONTEXTVARS_PLACE_DEPTH]);

/// The same from a return address on, by the program's unwind tables: the functions of Dispatch that Swift calls are
/// compiled without frame pointers. It takes microseconds.
void contextvars_walk_from(const void *first, uintptr_t places[_Nonnull CONTEXTVARS_PLACE_DEPTH]);

/// The clock `CLOCK_MONOTONIC`, in nanoseconds.
uint64_t contextvars_nanoseconds(void);

/// A number for a task, or for the calling thread in place of none, that no other has in the process.
///
/// `agent`: one that lives.
uint64_t contextvars_lane(contextvars_agent agent);
static inline bool contextvars_lane_is_thread(uint64_t lane) { return lane & 1; }

/// The name of the running task; NULL where it has none.
const char *_Nullable contextvars_task_name(void);

/// Writes the calling thread's name.
void contextvars_thread_name(char name[_Nonnull 64]);

/// The label of the queue of libdispatch that runs the caller, if one does.
const char *_Nullable contextvars_queue_label(void);

/// Whether the calling thread is at work for diagnostics, which don't observe themselves.
bool *contextvars_is_diagnosing(void);

/// An observer for the engine that calls the given one, but not from within itself.
const contextvars_observer *contextvars_observed_by(const contextvars_observer *observer);

// MARK: Rings

/// One event. It may be followed by some with text (`CONTEXTVARS_EVENT_TEXT`). One of kind `CONTEXTVARS_EVENT_LANE` has the
/// name of its lane.
typedef struct contextvars_event {
    uint64_t time;
    uint64_t lane;
    uint64_t context;
    uint64_t other;
    uint64_t flow;
    uint32_t variable;
    uint16_t length;
    uint8_t kind;
    /// Return addresses, or text.
    uintptr_t places[CONTEXTVARS_PLACE_DEPTH];
} contextvars_event;

enum { CONTEXTVARS_EVENT_TEXT = 255, CONTEXTVARS_EVENT_LANE = 254 };
enum { CONTEXTVARS_EVENT_TEXT_LIMIT = 240, CONTEXTVARS_EVENT_TEXT_BYTES = sizeof(uintptr_t) * CONTEXTVARS_PLACE_DEPTH };

/// The events of one thread, the latest ones over the oldest.
typedef struct contextvars_ring {
    struct contextvars_ring *_Nullable next;
    /// The number of events that were ever written. Release, after an event; acquire by readers.
    uint64_t written;
    /// Events before this one were overwritten by the next thread's that got the ring.
    uint64_t first;
    uint64_t lost;
    /// One less than a power of two.
    uint64_t mask;
    uint64_t generation;
    uint64_t lane;
    /// The last lane that the thread wrote an event in.
    uint64_t last_lane;
    char name[64];
    bool is_in_use;
    contextvars_event events[];
} contextvars_ring;

/// Sets how many events a new ring has, and how many rings there may be. Rings of an earlier recording are used again.
void contextvars_rings_begin(size_t capacity, size_t limit);

/// What an event is made of, besides time and place.
typedef struct contextvars_facts {
    uint8_t kind;
    uint32_t variable;
    /// Which task or thread it happened to.
    contextvars_agent agent;
    uint64_t context, other, flow;
    /// Where it happened, with a zero behind it; NULL for where the caller is.
    const uintptr_t *_Nullable places;
    /// A text that belongs to it, and its length.
    const char *_Nullable text;
    size_t length;
} contextvars_facts;

/// Writes an event into the calling thread's ring. Not from a signal handler.
void contextvars_record(const contextvars_facts *facts);

/// Calls a function with each ring of this recording. No ring is given to another thread meanwhile.
void contextvars_rings_visit(void (*_Nonnull visit)(void *_Nullable, contextvars_ring *), void *_Nullable argument);

/// How many events were ever written into a ring.
static inline uint64_t contextvars_ring_written(const contextvars_ring *ring) {
    return __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE);
}

/// Copies the event with a number. False if it has been overwritten.
bool contextvars_ring_read(const contextvars_ring *ring, uint64_t number, contextvars_event *event);

/// How many events found no ring, of threads beyond the limit.
uint64_t contextvars_events_without_ring(void);

// MARK: Where snapshots were taken

/// Notes the number of the handover that began where a snapshot was taken. `root`: that of its map.
void contextvars_note_snapshot(uintptr_t root, uint64_t number);

/// That number; 0 where it isn't known.
uint64_t contextvars_noted_snapshot(uintptr_t root);

/// Forgets all of them.
void contextvars_forget_snapshots(void);

/// The flow of the handover by which the work has arrived that the calling thread is about to run, until the work has its
/// context; 0 where none was told.
uint64_t *contextvars_arriving_flow(void);

// MARK: Signals

/// Makes a signal write into a pipe from now on, instead of its usual effect. Returns the end to read from; -1 where that
/// isn't possible. Not from two threads at once.
int contextvars_watch_signal(int number);

/// Empties the pipe.
void contextvars_signals_read(void);

// MARK: Handovers of ContextVarsAutomatic

/// `contextvars_automatic_handover` of the target CContextVarsAutomatic, which has the same layout.
typedef struct contextvars_handover {
    const char *boundary;
    const void *caller;
    uint64_t time;
    const void *_Nullable snapshot;
    void *_Nullable attachment;
} contextvars_handover;

/// `contextvars_automatic_observer`.
typedef struct contextvars_handover_observer {
    void (*_Nonnull handed_over)(contextvars_handover *handover);
    void (*_Nonnull ended)(contextvars_handover *handover);
} contextvars_handover_observer;

/// Observes handovers if the program links ContextVarsAutomatic; NULL ends that.
void contextvars_observe_handovers(const contextvars_handover_observer *_Nullable observer);

/// The handover of the work that the calling thread runs; NULL where it isn't known.
const contextvars_handover *_Nullable contextvars_current_handover(void);

#pragma clang assume_nonnull end

#endif
