// SPDX-License-Identifier: Apache-2.0
/// Memory for frames: used for nothing else, always readable, and given back to the system page by page.
///
/// A pointer to a frame may be out of date and is read all the same (see `contextvars_frame`), so no address of a frame
/// is ever unmapped or used for anything else. But a page without a frame in use needn't stay resident: given back, it
/// reads as zero, which names no owner.
///
/// Each thread keeps a few free frames for itself. Surplus frames go to the shared pages, as do all of them when the thread
/// ends.

#include "platform.h"
#include "slot.h"

enum {
    FRAME = 64,
    PAGE = 16384,
    FRAMES_IN_PAGE = PAGE / FRAME,
    PAGES_IN_REGION = 64,
    REGION = PAGE * PAGES_IN_REGION,
    /// How many frames move together between a thread and the pages.
    BATCH = 32,
    /// How many pages without a frame in use stay resident.
    SPARE_PAGES = 16,
};

_Static_assert(sizeof(contextvars_frame) <= FRAME, "a frame has a cache line");

/// What is known of a page of frames.
typedef struct page {
    /// Free frames that have been in use before, linked by `storage`.
    contextvars_frame *free;
    /// How many frames, from the first on, have been in use since the page was last given back.
    unsigned touched;
    unsigned in_use;
    /// Its neighbours among the pages with free frames.
    struct page *next, *previous;
} page;

/// A piece of address space, aligned to its size, so that a frame's address leads to its page. The first page is this
/// header.
typedef struct region {
    struct region *next;
    page pages[PAGES_IN_REGION];
} region;

_Static_assert(sizeof(region) <= PAGE, "the header has a page");

// Atomic: `Documentation/Design/smaller-atomics.md`.
static bool watches_fork;

// Everything below is under `mutex`.
static platform_mutex mutex = PLATFORM_MUTEX_INITIALIZER;
static region *regions;
static size_t next_page = PAGES_IN_REGION;
static page *with_free_frames;
static size_t spare_pages;

// MARK: Pages

static char *memory_of(const page *page) {
    uintptr_t region = (uintptr_t)page & ~(uintptr_t)(REGION - 1);
    return (char *)region + (page - ((struct region *)region)->pages) * PAGE;
}

static page *page_of(const contextvars_frame *frame) {
    uintptr_t region = (uintptr_t)frame & ~(uintptr_t)(REGION - 1);
    return &((struct region *)region)->pages[((uintptr_t)frame - region) / PAGE];
}

static void list(page *page) {
    page->previous = NULL;
    page->next = with_free_frames;
    if (with_free_frames) with_free_frames->previous = page;
    with_free_frames = page;
}

static void unlist(page *page) {
    if (page->next) page->next->previous = page->previous;
    if (page->previous) {
        page->previous->next = page->next;
    } else {
        with_free_frames = page->next;
    }
}

// A process that forks while another of its threads changes the pages finds them consistent.
static void lock(void) { platform_lock(&mutex); }
static void unlock(void) { platform_unlock(&mutex); }

static void add_region(void) {
    region *fresh = platform_map(REGION);
    fresh->next = regions;
    regions = fresh;
    next_page = 1;
}

static void add_page(void) {
    if (next_page == PAGES_IN_REGION) add_region();
    list(&regions->pages[next_page++]);
}

static void give_back(page *page) {
    if (platform_give_back(memory_of(page), PAGE)) {
        page->free = NULL;
        page->touched = 0;
    } else {
        spare_pages++;
    }
}

static contextvars_frame *take_from_pages(void) {
    if (!with_free_frames) add_page();
    page *page = with_free_frames;
    if (page->in_use++ == 0 && page->touched > 0) spare_pages--;
    contextvars_frame *frame = page->free;
    if (frame) {
        page->free = (contextvars_frame *)frame->storage;
    } else {
        frame = (contextvars_frame *)(memory_of(page) + FRAME * page->touched++);
        // Its owner is 0 already, and may be read at this moment (see `contextvars_cached_frame`).
        frame->storage = NULL;
        frame->own = (contextvars_storage){0};
    }
    if (!page->free && page->touched == FRAMES_IN_PAGE) unlist(page);
    return frame;
}

static void return_to_page(contextvars_frame *frame) {
    page *page = page_of(frame);
    if (!page->free && page->touched == FRAMES_IN_PAGE) list(page);
    frame->storage = (contextvars_storage *)page->free;
    page->free = frame;
    if (--page->in_use > 0) return;
    if (spare_pages < SPARE_PAGES) {
        spare_pages++;
    } else {
        give_back(page);
    }
}

// MARK: Threads

static void push(contextvars_thread *thread, contextvars_frame *frame) {
    frame->storage = (contextvars_storage *)thread->free_frames;
    thread->free_frames = frame;
    thread->free_frame_count++;
}

static void return_to_pages(size_t count) {
    contextvars_thread *thread = &contextvars_this_thread;
    lock();
    for (; count > 0; count--) {
        contextvars_frame *frame = thread->free_frames;
        thread->free_frames = (contextvars_frame *)frame->storage;
        thread->free_frame_count--;
        return_to_page(frame);
    }
    unlock();
}

void contextvars_frames_return_all(void) { return_to_pages(contextvars_this_thread.free_frame_count); }

void contextvars_frames_refill(void) {
    platform_watch_thread_end();
    contextvars_thread *thread = &contextvars_this_thread;
    bool is_first = !__atomic_exchange_n(&watches_fork, true, __ATOMIC_RELAXED);
    if (is_first) platform_watch_fork(lock, unlock);
    lock();
    for (int i = 0; i < BATCH; i++) push(thread, take_from_pages());
    unlock();
}

void contextvars_frame_free(contextvars_frame *frame) {
    contextvars_thread *thread = &contextvars_this_thread;
    if (!thread->free_frames) platform_watch_thread_end();
    push(thread, frame);
    if (thread->free_frame_count > 2 * BATCH) return_to_pages(BATCH);
}

// MARK: For tests

/// The sum of what a function says of each page. Takes `mutex`.
static size_t sum_of_pages(size_t (*measure)(const page *)) {
    size_t sum = 0;
    lock();
    for (region *region = regions; region; region = region->next) {
        size_t end = region == regions ? next_page : PAGES_IN_REGION;
        for (size_t i = 1; i < end; i++) sum += measure(&region->pages[i]);
    }
    unlock();
    return sum;
}

static size_t used_frames(const page *page) {
    size_t count = 0;
    for (unsigned i = 0; i < page->touched; i++) {
        count += contextvars_frame_owner((contextvars_frame *)(memory_of(page) + FRAME * i)) != 0;
    }
    return count;
}

static size_t resident_bytes(const page *page) { return page->touched > 0 ? PAGE : 0; }

size_t contextvars_used_frame_count(void) { return sum_of_pages(used_frames); }

size_t contextvars_resident_frame_bytes(void) { return sum_of_pages(resident_bytes); }
