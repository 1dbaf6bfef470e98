// SPDX-License-Identifier: Apache-2.0
/// Rings: each thread writes its own, and readers look on.
///
/// A reader copies an event while its thread may be overwriting it. The thread's number of events tells that, and the reader
/// discards the copy. So all words of an event are atomic, and relaxed.

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "contextvars_diagnostics.h"

enum { WORDS = sizeof(contextvars_event) / sizeof(uint64_t) };
_Static_assert(sizeof(contextvars_event) == 128, "an event has two cache lines");

// Everything up to the functions is under `mutex`, except that threads read `generation`.
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static contextvars_ring *rings;
static size_t ring_count, ring_limit, ring_capacity;
static uint64_t generation;
static uint64_t without_ring;

/// How many events a ring has at most: what 64 GiB hold, and half a GiB where addresses are short.
static const size_t MOST_EVENTS = (size_t)1 << (sizeof(size_t) > 4 ? 29 : 22);

static _Thread_local contextvars_ring *mine;
/// The recording in which the thread found no ring.
static _Thread_local uint64_t full_generation;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_end;

static void give_up(void *unused) {
    (void)unused;
    pthread_mutex_lock(&mutex);
    if (mine) mine->is_in_use = false;
    mine = NULL;
    pthread_mutex_unlock(&mutex);
}

static void prepare(void) { pthread_key_create(&thread_end, give_up); }

void contextvars_rings_begin(size_t capacity, size_t limit) {
    size_t rounded = 64;
    while (rounded < capacity && rounded < MOST_EVENTS) rounded *= 2;
    pthread_mutex_lock(&mutex);
    // Rings of another size whose threads are gone can't be used any more.
    contextvars_ring **link = &rings;
    while (*link) {
        contextvars_ring *ring = *link;
        if (!ring->is_in_use && ring->mask != rounded - 1) {
            *link = ring->next;
            free(ring);
            ring_count--;
        } else {
            link = &ring->next;
        }
    }
    ring_capacity = rounded;
    ring_limit = limit;
    __atomic_store_n(&without_ring, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&generation, generation + 1, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&mutex);
}

/// A ring for the calling thread: one that nobody uses, of those with the oldest events; or a new one. Under `mutex`.
static contextvars_ring *find_ring(void) {
    contextvars_ring *free_ring = NULL;
    for (contextvars_ring *ring = rings; ring; ring = ring->next) {
        if (ring->is_in_use || ring->mask != ring_capacity - 1) continue;
        if (ring->generation != generation) return ring;
        if (!free_ring || ring->events[(ring->written - 1) & ring->mask].time
                < free_ring->events[(free_ring->written - 1) & free_ring->mask].time) {
            free_ring = ring;
        }
    }
    if (ring_count >= ring_limit) return free_ring;
    contextvars_ring *ring = calloc(1, sizeof *ring + ring_capacity * sizeof(contextvars_event));
    if (!ring) return free_ring;
    ring->mask = ring_capacity - 1;
    ring->next = rings;
    rings = ring;
    ring_count++;
    return ring;
}

/// Begins the events of a thread in a ring. Under `mutex`.
static void take(contextvars_ring *ring) {
    uint64_t overwritten = 0;
    if (ring->generation == generation) overwritten = ring->lost + (ring->written - ring->first);
    ring->lost = overwritten;
    ring->first = ring->written;
    ring->generation = generation;
    ring->is_in_use = true;
    ring->lane = contextvars_lane(1);
    ring->last_lane = 0;
    contextvars_thread_name(ring->name);
}

/// Frees a ring that its thread gives up, as it has another size. Under `mutex`.
static void discard(contextvars_ring *ring) {
    contextvars_ring **link = &rings;
    while (*link != ring) link = &(*link)->next;
    *link = ring->next;
    free(ring);
    ring_count--;
}

/// The ring of the calling thread, made if need be; NULL where there are too many.
static contextvars_ring *ring_of_thread(void) {
    uint64_t current = __atomic_load_n(&generation, __ATOMIC_ACQUIRE);
    if (mine && __builtin_expect(mine->generation == current, 1)) return mine;
    if (full_generation == current) {
        __atomic_fetch_add(&without_ring, 1, __ATOMIC_RELAXED);
        return NULL;
    }
    pthread_once(&once, prepare);
    pthread_mutex_lock(&mutex);
    if (mine && mine->mask != ring_capacity - 1) {
        discard(mine);
        mine = NULL;
    }
    contextvars_ring *ring = mine ? mine : find_ring();
    if (ring) {
        take(ring);
        pthread_setspecific(thread_end, ring);
    } else {
        full_generation = generation;
        __atomic_fetch_add(&without_ring, 1, __ATOMIC_RELAXED);
    }
    mine = ring;
    pthread_mutex_unlock(&mutex);
    return ring;
}

static void write_event(contextvars_ring *ring, const contextvars_event *event) {
    uint64_t number = ring->written;
    // A reader that sees a word of this event also sees the number of the last one.
    __atomic_thread_fence(__ATOMIC_RELEASE);
    uint64_t *to = (uint64_t *)&ring->events[number & ring->mask];
    const uint64_t *from = (const uint64_t *)event;
    for (int i = 0; i < WORDS; i++) __atomic_store_n(&to[i], from[i], __ATOMIC_RELAXED);
    __atomic_store_n(&ring->written, number + 1, __ATOMIC_RELEASE);
}

/// Writes a text as events of a kind.
static void write_text(contextvars_ring *ring, const contextvars_event *of, int kind, const char *text, size_t length) {
    if (length > CONTEXTVARS_EVENT_TEXT_LIMIT) length = CONTEXTVARS_EVENT_TEXT_LIMIT;
    for (size_t written = 0; written < length; written += CONTEXTVARS_EVENT_TEXT_BYTES) {
        size_t left = length - written;
        size_t size = left < CONTEXTVARS_EVENT_TEXT_BYTES ? left : CONTEXTVARS_EVENT_TEXT_BYTES;
        contextvars_event event = {.time = of->time, .lane = of->lane, .kind = (uint8_t)kind, .length = (uint16_t)size};
        memcpy(event.places, text + written, size);
        write_event(ring, &event);
    }
}

void contextvars_record(const contextvars_facts *facts) {
    contextvars_ring *ring = ring_of_thread();
    if (!ring) return;
    contextvars_event event;
    event.time = contextvars_nanoseconds();
    event.lane = contextvars_lane(facts->agent);
    event.context = facts->context;
    event.other = facts->other;
    event.flow = facts->flow;
    event.variable = facts->variable;
    event.length = 0;
    event.kind = facts->kind;
    if (facts->places) {
        for (int i = 0; i == 0 || (i < CONTEXTVARS_PLACE_DEPTH && event.places[i - 1]); i++) event.places[i] = facts->places[i];
    } else {
        contextvars_walk(event.places);
    }
    if (event.lane != ring->last_lane) {
        ring->last_lane = event.lane;
        bool is_running = facts->agent == contextvars_current_agent() && !contextvars_lane_is_thread(event.lane);
        const char *name = is_running ? contextvars_task_name() : NULL;
        if (name) {
            size_t length = strnlen(name, CONTEXTVARS_EVENT_TEXT_BYTES);
            write_text(ring, &event, CONTEXTVARS_EVENT_LANE, name, length);
        }
    }
    write_event(ring, &event);
    if (facts->text) write_text(ring, &event, CONTEXTVARS_EVENT_TEXT, facts->text, facts->length);
}

void contextvars_rings_visit(void (*visit)(void *, contextvars_ring *), void *argument) {
    pthread_mutex_lock(&mutex);
    for (contextvars_ring *ring = rings; ring; ring = ring->next) {
        if (ring->generation == generation) visit(argument, ring);
    }
    pthread_mutex_unlock(&mutex);
}

bool contextvars_ring_read(const contextvars_ring *ring, uint64_t number, contextvars_event *event) {
    const uint64_t *from = (const uint64_t *)&ring->events[number & ring->mask];
    uint64_t *to = (uint64_t *)event;
    for (int i = 0; i < WORDS; i++) to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
    // What was copied comes before the look at the number. The event after the last one may be half written.
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&ring->written, __ATOMIC_RELAXED) < number + ring->mask + 1;
}

uint64_t contextvars_events_without_ring(void) { return __atomic_load_n(&without_ring, __ATOMIC_RELAXED); }
