// SPDX-License-Identifier: Apache-2.0
#include "blocks.h"

#if CONTEXTVARS_CAN_INTERPOSE
#include <stdlib.h>

extern void *_NSConcreteMallocBlock[];
extern void *_NSConcreteGlobalBlock[];

/// What the blocks runtime knows of a kind of blocks.
typedef struct block_descriptor {
    unsigned long reserved;
    unsigned long size;
    void (*copy)(void *to, const void *from);
    void (*dispose)(const void *block);
} block_descriptor;

/// Flags of the blocks runtime. The count of references is in the bits below, in steps of two.
enum { BLOCK_ONE_REFERENCE = 2, BLOCK_NEEDS_FREE = 1 << 24, BLOCK_HAS_HELPERS = 1 << 25, BLOCK_IS_GLOBAL = 1 << 28 };

// The ThreadSanitizer doesn't see how the blocks runtime counts references. So it is told that a block is disposed of after
// all other references to it are gone.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
extern void __tsan_acquire(void *address);
extern void __tsan_release(void *address);
#define let_go_of(block) __tsan_release((void *)(block))
#define have_alone(block) __tsan_acquire((void *)(block))
#endif
#endif
#if !defined(let_go_of)
#define let_go_of(block) ((void)(block))
#define have_alone(block) ((void)(block))
#endif

/// Our block. It is made on the heap, so it is never copied: the runtime counts its references.
typedef struct carrying_block {
    block block;
    const block *given;
    /// The thread whose context this is anyway; NULL where that makes no difference.
    const void *own_thread;
    carried carried;
} carrying_block;

static void dispose(const void *block) {
    carrying_block *self = (carrying_block *)block;
    have_alone(self);
    carried_end(&self->carried);
    _Block_release(self->given);
}

static const block_descriptor descriptor = {0, sizeof(carrying_block), NULL, dispose};

/// The address of something that each thread has for itself.
static const void *this_thread(void) {
    static _Thread_local char mark;
    return &mark;
}

static void run(const carrying_block *self, void (*function)(void *), void *argument) {
    if (self->own_thread && self->own_thread == this_thread()) {
        function(argument);
    } else {
        carried_run(&self->carried, function, argument);
    }
    let_go_of(self);
}

// MARK: The signatures

static void call_plain(void *argument) {
    const block *given = argument;
    ((void (*)(const block *))given->invoke)(given);
}

static void invoke_plain(const carrying_block *self) { run(self, call_plain, (void *)self->given); }

/// The arguments of a call, of any of the signatures.
typedef struct call {
    const block *given;
    size_t iteration;
    bool is_done;
    void *data;
    int error;
} call;

static void call_iteration(void *argument) {
    const call *call = argument;
    ((void (*)(const block *, size_t))call->given->invoke)(call->given, call->iteration);
}

static void invoke_iteration(const carrying_block *self, size_t iteration) {
    call call = {.given = self->given, .iteration = iteration};
    run(self, call_iteration, &call);
}

static void call_error(void *argument) {
    const call *call = argument;
    ((void (*)(const block *, int))call->given->invoke)(call->given, call->error);
}

static void invoke_error(const carrying_block *self, int error) {
    call call = {.given = self->given, .error = error};
    run(self, call_error, &call);
}

static void call_data(void *argument) {
    const call *call = argument;
    ((void (*)(const block *, void *, int))call->given->invoke)(call->given, call->data, call->error);
}

static void invoke_data(const carrying_block *self, void *data, int error) {
    call call = {.given = self->given, .data = data, .error = error};
    run(self, call_data, &call);
}

static void call_progress(void *argument) {
    const call *call = argument;
    ((void (*)(const block *, bool, void *, int))call->given->invoke)(
        call->given, call->is_done, call->data, call->error);
}

static void invoke_progress(const carrying_block *self, bool is_done, void *data, int error) {
    call call = {.given = self->given, .is_done = is_done, .data = data, .error = error};
    run(self, call_progress, &call);
}

static void *const invoke_functions[] = {
    [BLOCK_PLAIN] = invoke_plain,     [BLOCK_ITERATION] = invoke_iteration, [BLOCK_ERROR] = invoke_error,
    [BLOCK_DATA] = invoke_data,       [BLOCK_PROGRESS] = invoke_progress,
};

// MARK: Block objects

static void do_nothing(const block *block) {}

/// What the blocks of `dispatch_block_create` call. libdispatch knows them by it, and keeps flags, QoS, the cancellation
/// and the waiters beside them: so does this target.
static void *block_object_invoke(void) {
    static _Atomic(void *) known;
    void *invoke = atomic_load_explicit(&known, memory_order_relaxed);
    if (invoke) return invoke;
    static const block_descriptor empty_descriptor = {0, sizeof(block), NULL, NULL};
    static block empty = {_NSConcreteGlobalBlock, BLOCK_IS_GLOBAL, 0, do_nothing, &empty_descriptor};
    const void *(*create)(unsigned long, const void *) = boundary_next(&boundary_of_dispatch_block_create);
    const block *object = create(0, &empty);
    invoke = object->invoke;
    _Block_release(object);
    atomic_store_explicit(&known, invoke, memory_order_relaxed);
    return invoke;
}

// MARK: Handing over

/// A block to run once.
typedef struct once {
    const block *given;
    carried carried;
} once;

void *block_once(const boundary *boundary, const void *caller, const void *given, carried_needs needs) {
    if (((const block *)given)->invoke == block_object_invoke()) return NULL;
    once *self = malloc(sizeof *self);
    if (!self) return NULL;
    self->given = _Block_copy(given);
    carried_begin(&self->carried, needs, boundary, caller);
    return self;
}

void block_run_once(void *once) {
    struct once *self = once;
    carried_run(&self->carried, call_plain, (void *)self->given);
    carried_end(&self->carried);
    _Block_release(self->given);
    free(self);
}

const void *block_carrying(
    const boundary *boundary, const void *caller, const void *given, block_signature signature, block_place place,
    carried_needs needs
) {
    // A block object has the context of the place where it was made. A queue that hands it over later, as Foundation's
    // OperationQueue does when another operation has ended, does so in somebody else's context.
    if (((const block *)given)->invoke == block_object_invoke()) return given;
    carrying_block *self = malloc(sizeof *self);
    if (!self) return given;
    self->block.isa = _NSConcreteMallocBlock;
    atomic_init(&self->block.flags, BLOCK_NEEDS_FREE | BLOCK_HAS_HELPERS | BLOCK_ONE_REFERENCE);
    self->block.reserved = 0;
    self->block.invoke = invoke_functions[signature];
    self->block.descriptor = &descriptor;
    self->given = _Block_copy(given);
    self->own_thread = place == BLOCK_OFF_THREAD ? this_thread() : NULL;
    carried_begin(&self->carried, needs, boundary, caller);
    let_go_of(self);
    return self;
}

#endif
