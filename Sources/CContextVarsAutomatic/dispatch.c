// SPDX-License-Identifier: Apache-2.0
// The block functions of libdispatch that run a block later or elsewhere.
//
// Left alone: the functions that take a function pointer (`dispatch_async_f`), by which the Swift runtime schedules its
// tasks; `dispatch_once`, `dispatch_block_perform` and `dispatch_data_apply`, which run the block at once, for the caller;
// and the destructors of `dispatch_data_create`, which free memory, and would keep a context as long as the memory.

#include <sys/types.h>

#include "blocks.h"

#if CONTEXTVARS_CAN_INTERPOSE

#define CALLER __builtin_return_address(0)

/// Hands over one block by a function that returns nothing.
#define HAND_OVER(name, block, signature, place, ...)                                                              \
    const void *handed_over = block_to_hand_over(&boundary_of_##name, CALLER, block, signature, place);            \
    NEXT(name)(__VA_ARGS__);                                                                                       \
    block_release(handed_over, block);

/// Hands over a block that runs once: by the function of the same name that takes a pointer, which does the same with it.
#define HAND_OVER_ONCE(name, block, ...)                                                                           \
    carried_needs needs = carried_find_needs(&boundary_of_##name);                                                 \
    void *once = needs && block ? block_once(&boundary_of_##name, CALLER, block, needs) : NULL;                    \
    if (__builtin_expect(once == NULL, 1)) return NEXT(name)(__VA_ARGS__, block);                                  \
    name##_f(__VA_ARGS__, once, block_run_once);

/// The same by a function that returns an object.
#define HAND_OVER_AND_RETURN(name, block, signature, ...)                                                          \
    const void *handed_over = block_to_hand_over(&boundary_of_##name, CALLER, block, signature, BLOCK_ANYWHERE);   \
    void *made = NEXT(name)(__VA_ARGS__);                                                                          \
    block_release(handed_over, block);                                                                             \
    return made;

// MARK: Queues and groups

void dispatch_async_f(void *queue, void *argument, void (*function)(void *));
void dispatch_barrier_async_f(void *queue, void *argument, void (*function)(void *));
void dispatch_after_f(uint64_t when, void *queue, void *argument, void (*function)(void *));
void dispatch_group_async_f(void *group, void *queue, void *argument, void (*function)(void *));
void dispatch_group_notify_f(void *group, void *queue, void *argument, void (*function)(void *));

INTERPOSED(void, dispatch_async, dispatch, (void *queue, const void *block)) {
    HAND_OVER_ONCE(dispatch_async, block, queue)
}

INTERPOSED(void, dispatch_barrier_async, dispatch, (void *queue, const void *block)) {
    HAND_OVER_ONCE(dispatch_barrier_async, block, queue)
}

INTERPOSED(void, dispatch_after, dispatch, (uint64_t when, void *queue, const void *block)) {
    HAND_OVER_ONCE(dispatch_after, block, when, queue)
}

INTERPOSED(void, dispatch_group_async, dispatch, (void *group, void *queue, const void *block)) {
    HAND_OVER_ONCE(dispatch_group_async, block, group, queue)
}

INTERPOSED(void, dispatch_group_notify, dispatch, (void *group, void *queue, const void *block)) {
    HAND_OVER_ONCE(dispatch_group_notify, block, group, queue)
}

INTERPOSED(void, dispatch_apply, dispatch, (size_t iterations, void *queue, const void *block)) {
    HAND_OVER(dispatch_apply, block, BLOCK_ITERATION, BLOCK_ANYWHERE, iterations, queue, handed_over)
}

// In a static program, our weak `dispatch_apply` keeps the linker from taking the real one out of libdispatch.a. So this asks
// for the other function of the same object file; other functions of ours are in files that the program has anyway.
void dispatch_apply_f(size_t iterations, void *queue, void *argument, void (*function)(void *, size_t));
static void (*const neighbour)(size_t, void *, void *, void (*)(void *, size_t)) __attribute__((used)) = dispatch_apply_f;

// MARK: Waiting

// Such a block runs on the caller's thread, where the caller's context is current, unless the queue has a thread that it
// must run on: the main queue. So others are passed on as they are.

extern char _dispatch_main_q[];

INTERPOSED(void, dispatch_sync, dispatch, (void *queue, const void *block)) {
    if (queue != _dispatch_main_q) return NEXT(dispatch_sync)(queue, block);
    HAND_OVER(dispatch_sync, block, BLOCK_PLAIN, BLOCK_OFF_THREAD, queue, handed_over)
}

INTERPOSED(void, dispatch_barrier_sync, dispatch, (void *queue, const void *block)) {
    if (queue != _dispatch_main_q) return NEXT(dispatch_barrier_sync)(queue, block);
    HAND_OVER(dispatch_barrier_sync, block, BLOCK_PLAIN, BLOCK_OFF_THREAD, queue, handed_over)
}

// These run on whichever thread is at work for the queue.

INTERPOSED(void, dispatch_async_and_wait, dispatch, (void *queue, const void *block)) {
    HAND_OVER(dispatch_async_and_wait, block, BLOCK_PLAIN, BLOCK_OFF_THREAD, queue, handed_over)
}

INTERPOSED(void, dispatch_barrier_async_and_wait, dispatch, (void *queue, const void *block)) {
    HAND_OVER(dispatch_barrier_async_and_wait, block, BLOCK_PLAIN, BLOCK_OFF_THREAD, queue, handed_over)
}

// MARK: Block objects

INTERPOSED(void *, dispatch_block_create, dispatch, (unsigned long flags, const void *block)) {
    HAND_OVER_AND_RETURN(dispatch_block_create, block, BLOCK_PLAIN, flags, handed_over)
}

INTERPOSED(
    void *, dispatch_block_create_with_qos_class, dispatch,
    (unsigned long flags, unsigned qos, int relative_priority, const void *block)
) {
    HAND_OVER_AND_RETURN(
        dispatch_block_create_with_qos_class, block, BLOCK_PLAIN, flags, qos, relative_priority, handed_over)
}

INTERPOSED(void, dispatch_block_notify, dispatch, (const void *object, void *queue, const void *block)) {
    HAND_OVER(dispatch_block_notify, block, BLOCK_PLAIN, BLOCK_ANYWHERE, object, queue, handed_over)
}

// MARK: Sources

INTERPOSED(void, dispatch_source_set_event_handler, dispatch, (void *source, const void *block)) {
    HAND_OVER(dispatch_source_set_event_handler, block, BLOCK_PLAIN, BLOCK_ANYWHERE, source, handed_over)
}

INTERPOSED(void, dispatch_source_set_cancel_handler, dispatch, (void *source, const void *block)) {
    HAND_OVER(dispatch_source_set_cancel_handler, block, BLOCK_PLAIN, BLOCK_ANYWHERE, source, handed_over)
}

INTERPOSED(void, dispatch_source_set_registration_handler, dispatch, (void *source, const void *block)) {
    HAND_OVER(dispatch_source_set_registration_handler, block, BLOCK_PLAIN, BLOCK_ANYWHERE, source, handed_over)
}

// MARK: Channels

INTERPOSED(
    void *, dispatch_io_create, dispatch, (unsigned long type, int descriptor, void *queue, const void *block)
) {
    HAND_OVER_AND_RETURN(dispatch_io_create, block, BLOCK_ERROR, type, descriptor, queue, handed_over)
}

INTERPOSED(
    void *, dispatch_io_create_with_path, dispatch,
    (unsigned long type, const char *path, int flags, mode_t mode, void *queue, const void *block)
) {
    HAND_OVER_AND_RETURN(
        dispatch_io_create_with_path, block, BLOCK_ERROR, type, path, flags, mode, queue, handed_over)
}

INTERPOSED(
    void *, dispatch_io_create_with_io, dispatch, (unsigned long type, void *io, void *queue, const void *block)
) {
    HAND_OVER_AND_RETURN(dispatch_io_create_with_io, block, BLOCK_ERROR, type, io, queue, handed_over)
}

INTERPOSED(
    void, dispatch_io_read, dispatch, (void *channel, off_t offset, size_t length, void *queue, const void *block)
) {
    HAND_OVER(
        dispatch_io_read, block, BLOCK_PROGRESS, BLOCK_ANYWHERE, channel, offset, length, queue, handed_over)
}

INTERPOSED(
    void, dispatch_io_write, dispatch, (void *channel, off_t offset, void *data, void *queue, const void *block)
) {
    HAND_OVER(dispatch_io_write, block, BLOCK_PROGRESS, BLOCK_ANYWHERE, channel, offset, data, queue, handed_over)
}

INTERPOSED(void, dispatch_io_barrier, dispatch, (void *channel, const void *block)) {
    HAND_OVER(dispatch_io_barrier, block, BLOCK_PLAIN, BLOCK_ANYWHERE, channel, handed_over)
}

INTERPOSED(void, dispatch_read, dispatch, (int descriptor, size_t length, void *queue, const void *block)) {
    HAND_OVER(dispatch_read, block, BLOCK_DATA, BLOCK_ANYWHERE, descriptor, length, queue, handed_over)
}

INTERPOSED(void, dispatch_write, dispatch, (int descriptor, void *data, void *queue, const void *block)) {
    HAND_OVER(dispatch_write, block, BLOCK_DATA, BLOCK_ANYWHERE, descriptor, data, queue, handed_over)
}

#endif
