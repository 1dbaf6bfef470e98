/// Memory for frames that is reused and never returned to the system (see the invariant of `contextvars_frame`).
///
/// Each thread keeps a few free frames for itself; what is over goes to a list that all threads share, and so does
/// all of it when the thread ends. So the memory is bounded by the largest number of frames that were bound at once.

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

/// How many frames are allocated together, or move together between a thread and the shared list.
enum { BATCH = 31 };

/// A frame in a cache line of its own, so that owners on two processors don't slow each other down.
typedef struct cell {
    _Alignas(64) contextvars_frame frame;
} cell;

/// One allocation. All of them are linked, so that frames can be counted.
typedef struct chunk {
    struct chunk *next;
    cell cells[BATCH];
} chunk;

typedef struct free_list {
    contextvars_frame *first;
    size_t count;
} free_list;

static _Thread_local free_list local;
static free_list shared;
static chunk *chunks;
static pthread_mutex_t shared_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_end;

static void push(free_list *list, contextvars_frame *frame) {
    frame->outer = list->first;
    list->first = frame;
    list->count++;
}

static contextvars_frame *pop(free_list *list) {
    contextvars_frame *frame = list->first;
    list->first = frame->outer;
    list->count--;
    return frame;
}

static void move(size_t count, free_list *from, free_list *to) {
    while (count-- > 0 && from->first) push(to, pop(from));
}

static void give_back_all(void *unused) {
    (void)unused;
    pthread_mutex_lock(&shared_mutex);
    move(local.count, &local, &shared);
    pthread_mutex_unlock(&shared_mutex);
}

static void make_key(void) { pthread_key_create(&thread_end, give_back_all); }

/// Makes sure that the thread gives back its frames when it ends.
static void watch_thread_end(void) {
    pthread_once(&once, make_key);
    pthread_setspecific(thread_end, &local);
}

static void refill(void) {
    watch_thread_end();
    pthread_mutex_lock(&shared_mutex);
    move(BATCH, &shared, &local);
    if (!local.first) {
        chunk *fresh = aligned_alloc(_Alignof(chunk), sizeof(chunk));
        if (!fresh) abort();
        memset(fresh, 0, sizeof(chunk));
        fresh->next = chunks;
        chunks = fresh;
        for (size_t i = 0; i < BATCH; i++) push(&local, &fresh->cells[i].frame);
    }
    pthread_mutex_unlock(&shared_mutex);
}

contextvars_frame *contextvars_frame_allocate(void) {
    if (!local.first) refill();
    contextvars_frame *frame = pop(&local);
    frame->outer = NULL;
    return frame;
}

void contextvars_frame_free(contextvars_frame *frame) {
    if (local.count >= 2 * BATCH) {
        pthread_mutex_lock(&shared_mutex);
        move(BATCH, &local, &shared);
        pthread_mutex_unlock(&shared_mutex);
    }
    if (!local.first) watch_thread_end();
    push(&local, frame);
}

size_t contextvars_bound_frame_count(void) {
    size_t count = 0;
    pthread_mutex_lock(&shared_mutex);
    for (chunk *next = chunks; next; next = next->next) {
        for (size_t i = 0; i < BATCH; i++) {
            if (!contextvars_frame_is_empty(&next->cells[i].frame)) count++;
        }
    }
    pthread_mutex_unlock(&shared_mutex);
    return count;
}
