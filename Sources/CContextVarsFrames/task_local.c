/// A frame as a task-local value whose copy, made by the runtime for each new unstructured task, forks the context.
///
/// The runtime copies task-local values by the value witness `initializeWithCopy` of their type. This file writes the
/// type's metadata and witness table by hand, in the layout that the Swift ABI fixes (docs/ABI/TypeMetadata.rst in the
/// Swift repository), so that a copy runs our code, on the creating thread, while the task is being created.
///
/// Invariant: the runtime copies a slot only into the storage of a new task. `ContextVars` checks at its first use
/// that it does so at all (`RuntimeCheck.swift`).

#include <string.h>

#include "frame.h"

#if defined(__has_feature)
#if __has_feature(ptrauth_calls)
#error "The witness table below holds unsigned pointers: arm64e is not supported."
#endif
#endif

/// NULL until the first use of the library: all frames are empty then.
static const contextvars_hooks *_Atomic hooks;
static _Thread_local unsigned long copies;

void contextvars_set_hooks(const contextvars_hooks *new_hooks) {
    atomic_store_explicit(&hooks, new_hooks, memory_order_release);
}
unsigned long contextvars_copies_on_this_thread(void) { return copies; }

/// The task-local value.
typedef struct slot {
    contextvars_frame *frame;
} slot;

/// How the runtime stores a task-local value: the item that it links to, then what it was given.
typedef struct item {
    uintptr_t next_and_flags;
    const void *key;
    const void *type;
    slot value;
} item;

/// Puts a frame into a slot that is an item's value: the runtime copies and takes to nowhere else.
static slot *fill(slot *slot, contextvars_frame *frame) {
    slot->frame = frame;
    frame->item = (char *)slot - offsetof(item, value);
    return slot;
}

// MARK: Frames behind slots

static contextvars_frame *fork_frame(contextvars_frame *source) {
    const contextvars_hooks *hook = atomic_load_explicit(&hooks, memory_order_acquire);
    contextvars_frame *frame = contextvars_frame_allocate();
    if (hook) hook->copy(contextvars_innermost(source, contextvars_current_agent()), frame->draft);
    atomic_store_explicit(&frame->owner, CONTEXTVARS_OWNER_ADOPTABLE, memory_order_relaxed);
    copies++;
    return frame;
}

bool contextvars_frame_take(contextvars_frame *frame, contextvars_contents *contents) {
    if (contextvars_frame_is_empty(frame)) return false;
    contents->context = contextvars_frame_context(frame);
    memcpy(contents->draft, frame->draft, sizeof(frame->draft));
    contextvars_frame_set_context(frame, NULL);
    memset(frame->draft, 0, sizeof(frame->draft));
    return true;
}

void contextvars_contents_release(contextvars_contents *contents) {
    atomic_load_explicit(&hooks, memory_order_acquire)->release(contents->context, contents->draft);
}

static void end_frame(contextvars_frame *frame) {
    contextvars_contents contents;
    bool has_contents = contextvars_frame_take(frame, &contents);
    atomic_store_explicit(&frame->owner, CONTEXTVARS_OWNER_NONE, memory_order_relaxed);
    contextvars_frame_free(frame);
    if (has_contents) contextvars_contents_release(&contents);
}

// MARK: Value witnesses

static slot *initialize_with_copy(slot *destination, slot *source, const void *type) {
    (void)type;
    return fill(destination, fork_frame(source->frame));
}

static slot *initialize_with_take(slot *destination, slot *source, const void *type) {
    (void)type;
    return fill(destination, source->frame);
}

static void destroy(slot *value, const void *type) {
    (void)type;
    end_frame(value->frame);
}

static slot *assign_with_copy(slot *destination, slot *source, const void *type) {
    contextvars_frame *old = destination->frame;
    initialize_with_copy(destination, source, type);
    end_frame(old);
    return destination;
}

static slot *assign_with_take(slot *destination, slot *source, const void *type) {
    end_frame(destination->frame);
    return initialize_with_take(destination, source, type);
}

static unsigned get_enum_tag(const slot *value, unsigned empty_cases, const void *type) {
    (void)value, (void)empty_cases, (void)type;
    return 0;
}

static void store_enum_tag(slot *value, unsigned tag, unsigned empty_cases, const void *type) {
    (void)value, (void)tag, (void)empty_cases, (void)type;
}

/// The flag of a type that isn't copied byte by byte; the low bits of the flags are the alignment mask.
static const uint32_t is_not_trivial = 0x10000;
/// The kind of a struct's metadata.
static const uintptr_t kind_struct = 0x200;

static const struct witness_table {
    slot *(*initialize_buffer_with_copy)(slot *, slot *, const void *);
    void (*destroy)(slot *, const void *);
    slot *(*initialize_with_copy)(slot *, slot *, const void *);
    slot *(*assign_with_copy)(slot *, slot *, const void *);
    slot *(*initialize_with_take)(slot *, slot *, const void *);
    slot *(*assign_with_take)(slot *, slot *, const void *);
    unsigned (*get_enum_tag)(const slot *, unsigned, const void *);
    void (*store_enum_tag)(slot *, unsigned, unsigned, const void *);
    size_t size;
    size_t stride;
    uint32_t flags;
    uint32_t extra_inhabitants;
} witnesses = {
    .initialize_buffer_with_copy = initialize_with_copy,
    .destroy = destroy,
    .initialize_with_copy = initialize_with_copy,
    .assign_with_copy = assign_with_copy,
    .initialize_with_take = initialize_with_take,
    .assign_with_take = assign_with_take,
    .get_enum_tag = get_enum_tag,
    .store_enum_tag = store_enum_tag,
    .size = sizeof(slot),
    .stride = sizeof(slot),
    .flags = is_not_trivial | (_Alignof(slot) - 1),
};

/// A type's metadata: the runtime is given the address of `kind`, and finds the witnesses in the word before it.
static const struct metadata {
    const struct witness_table *witnesses;
    uintptr_t kind;
    const void *description;
} metadata = {&witnesses, kind_struct, NULL};

// MARK: Storage

const char contextvars_task_local_key;

void contextvars_task_local_push(contextvars_frame *frame) {
    slot value = {frame};
    swift_task_localValuePush(&contextvars_task_local_key, &value, &metadata.kind);
}

void contextvars_task_local_pop(void) { swift_task_localValuePop(); }

bool contextvars_task_local_is_first(contextvars_frame *frame) {
    const item *pushed = frame->item;
    // Of an item that doesn't look like ours, nothing is known.
    if (pushed->key != &contextvars_task_local_key || pushed->type != &metadata.kind) return false;
    return pushed->next_and_flags < _Alignof(item);
}
