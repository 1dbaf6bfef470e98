// SPDX-License-Identifier: Apache-2.0
/// A slot as a task-local value whose copy, made by the runtime for each new unstructured task, copies the context.
///
/// The runtime copies task-local values by the value witness `initializeWithCopy` of their type. This file writes the
/// type's metadata and witness table by hand, in the layout that the Swift ABI fixes (docs/ABI/TypeMetadata.rst in the
/// Swift repository), so that a copy runs our code, on the creating thread, while the task is being created.
///
/// On arm64e the runtime authenticates what it calls, so the table's pointers are signed there, with the keys and numbers
/// that the ABI gives to each of them (`SpecialPointerAuthDiscriminators` in the Swift repository). The linker signs them.

#include "slot.h"

static const contextvars_hooks *hooks;
static _Thread_local unsigned long copies;

bool contextvars_has_hooks;

void contextvars_set_hooks(const contextvars_hooks *new_hooks) {
    __atomic_store_n(&hooks, new_hooks, __ATOMIC_RELEASE);
    __atomic_store_n(&contextvars_has_hooks, true, __ATOMIC_RELAXED);
}
unsigned long contextvars_copies_on_this_thread(void) { return copies; }

contextvars_support contextvars_supported = {.copies = true, .children = true};

void contextvars_set_support(bool with_copies, bool with_children, bool with_staying_values) {
    __atomic_store_n(&contextvars_supported.copies, with_copies, __ATOMIC_RELAXED);
    __atomic_store_n(&contextvars_supported.children, with_children, __ATOMIC_RELAXED);
    __atomic_store_n(&contextvars_supported.staying_values, with_staying_values, __ATOMIC_RELAXED);
}

// MARK: What a storage has

void contextvars_storage_copy(contextvars_storage *source, bool is_own, contextvars_contents *destination) {
    // Acquire, with the release in `set_hooks`: the hooks are complete.
    __atomic_load_n(&hooks, __ATOMIC_ACQUIRE)->copy(source, is_own, destination);
}

void contextvars_contents_release(contextvars_contents *contents) {
    __atomic_load_n(&hooks, __ATOMIC_ACQUIRE)->release(contents);
}

void contextvars_object_release(contextvars_storage *storage) {
    __atomic_load_n(&hooks, __ATOMIC_ACQUIRE)->release_object(storage);
}

// MARK: Value witnesses

/// A copy has what is current for the agent that makes it.
static contextvars_slot *initialize_with_copy(contextvars_slot *copy, contextvars_slot *source, const void *type) {
    (void)type;
    *copy = (contextvars_slot){0, NULL};
    copies++;
    if (!contextvars_supports_copies()) return copy;
    contextvars_frame *own = contextvars_slot_frame_of(source, contextvars_current_agent());
    if (!own && !source->frame) {
        if (contextvars_slot_is_of_anchor(source)) copy->rider = &contextvars_nobodys_frame;
        return copy;
    }
    contextvars_frame *frame = contextvars_frame_allocate();
    contextvars_frame_set_owner(frame, CONTEXTVARS_UNADOPTED);
    contextvars_storage *storage = contextvars_frame_storage(own ? own : contextvars_slot_frame(source));
    contextvars_storage_copy(storage, own != NULL, &frame->own.contents);
    copy->frame = (uintptr_t)frame | CONTEXTVARS_SLOT_IS_COPY;
    const contextvars_observer *observer = contextvars_current_observer();
    if (observer) observer->copied(storage, &frame->own);
    return copy;
}

/// Counts the slots of a thread outside of tasks. One that is taken is counted before anybody can see it; only those that we
/// pop ourselves are known to be gone.
static void count_slot(int difference) {
#if defined(CONTEXTVARS_PLAIN)
    (void)difference;
#else
    if (!contextvars_running_task()) contextvars_this_thread.slots += (size_t)difference;
#endif
}

/// Not inlined: nearly every slot that is taken is a binding's.
__attribute__((noinline)) static void cover_with(contextvars_slot *slot) {
    contextvars_cover_own_frame();
    if (!contextvars_slot_is_copy(slot)) return;
    // So a structured child, too, owns what it has taken. (Where it was only moved, nobody sees it, and nothing follows.)
    contextvars_frame *frame = contextvars_slot_frame(slot);
    contextvars_frame_set_owner(frame, contextvars_current_agent());
    const contextvars_observer *observer = contextvars_current_observer();
    if (observer) observer->adopted(frame);
}

/// A binding pushes its slot, and so may the runtime push one that it has copied. That one covers what the agent has.
static contextvars_slot *initialize_with_take(contextvars_slot *taken, contextvars_slot *source, const void *type) {
    (void)type;
    taken->frame = source->frame;
    taken->rider = contextvars_slot_rider(source) == &contextvars_nobodys_frame ? &contextvars_nobodys_frame : NULL;
    count_slot(1);
    if (!taken->frame || contextvars_slot_is_copy(taken)) cover_with(taken);
    return taken;
}

/// Not inlined: nearly every slot that ends is a binding's.
__attribute__((noinline)) static void end_copy(contextvars_frame *frame) {
    const contextvars_observer *observer = contextvars_current_observer();
    if (observer && contextvars_frame_owner(frame) == CONTEXTVARS_UNADOPTED) {
        observer->discarded(&frame->own);
    } else if (observer) {
        observer->ending(frame);
    }
    contextvars_contents contents;
    bool has_contents = contextvars_storage_take(&frame->own, &contents);
    contextvars_storage *object = contextvars_frame_end(frame);
    if (object) contextvars_object_release(object);
    if (has_contents) contextvars_contents_release(&contents);
}

static void destroy(contextvars_slot *slot, const void *type) {
    (void)type;
    // The frame of a binding is the binding's to end.
    if (contextvars_slot_is_copy(slot)) end_copy(contextvars_slot_frame(slot));
}

static contextvars_slot *assign_with_copy(contextvars_slot *destination, contextvars_slot *source, const void *type) {
    contextvars_slot copy;
    initialize_with_copy(&copy, source, type);
    destroy(destination, type);
    return initialize_with_take(destination, &copy, type);
}

static contextvars_slot *assign_with_take(contextvars_slot *destination, contextvars_slot *source, const void *type) {
    destroy(destination, type);
    return initialize_with_take(destination, source, type);
}

static unsigned get_enum_tag(const contextvars_slot *value, unsigned empty_cases, const void *type) {
    (void)value, (void)empty_cases, (void)type;
    return 0;
}

static void store_enum_tag(contextvars_slot *value, unsigned tag, unsigned empty_cases, const void *type) {
    (void)value, (void)tag, (void)empty_cases, (void)type;
}

/// The flag of a type that isn't copied byte by byte; the low bits of the flags are the alignment mask.
static const uint32_t is_not_trivial = 0x10000;
/// The kind of a struct's metadata.
static const uintptr_t kind_struct = 0x200;

#if defined(__has_feature)
#if __has_feature(ptrauth_calls)
#define SIGNED_CODE(number) __ptrauth(0, 1, number)
#define SIGNED_DATA(number) __ptrauth(2, 1, number)
#endif
#endif
#if !defined(SIGNED_CODE)
#define SIGNED_CODE(number)
#define SIGNED_DATA(number)
#endif

static const struct witness_table {
    contextvars_slot *(*SIGNED_CODE(0xda4a) initialize_buffer_with_copy)(contextvars_slot *, contextvars_slot *, const void *);
    void (*SIGNED_CODE(0x04f8) destroy)(contextvars_slot *, const void *);
    contextvars_slot *(*SIGNED_CODE(0xe3ba) initialize_with_copy)(contextvars_slot *, contextvars_slot *, const void *);
    contextvars_slot *(*SIGNED_CODE(0x8751) assign_with_copy)(contextvars_slot *, contextvars_slot *, const void *);
    contextvars_slot *(*SIGNED_CODE(0x48d8) initialize_with_take)(contextvars_slot *, contextvars_slot *, const void *);
    contextvars_slot *(*SIGNED_CODE(0xefda) assign_with_take)(contextvars_slot *, contextvars_slot *, const void *);
    unsigned (*SIGNED_CODE(0x60f0) get_enum_tag)(const contextvars_slot *, unsigned, const void *);
    void (*SIGNED_CODE(0xa0d1) store_enum_tag)(contextvars_slot *, unsigned, unsigned, const void *);
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
    .size = sizeof(contextvars_slot),
    .stride = sizeof(contextvars_slot),
    .flags = is_not_trivial | (_Alignof(contextvars_slot) - 1),
};

/// A type's metadata: the runtime is given the address of `kind`, and finds the witnesses in the word before it.
static const struct metadata {
    const struct witness_table *SIGNED_DATA(0x2e3f) witnesses;
    uintptr_t kind;
    const void *description;
} metadata = {&witnesses, kind_struct, NULL};

// MARK: Pushing and popping

const char contextvars_slot_key;
const void *const contextvars_slot_type = &metadata.kind;
const void *const contextvars_slot_key_address = &contextvars_slot_key;

void contextvars_slot_push(contextvars_frame *frame) {
    contextvars_slot slot = {(uintptr_t)frame, NULL};
    swift_task_localValuePush(&contextvars_slot_key, &slot, &metadata.kind);
}

void contextvars_slot_pop(void) {
    swift_task_localValuePop();
    count_slot(-1);
}

bool contextvars_slot_is_only_value(void) {
    contextvars_slot *slot = contextvars_visible_slot();
    const runtime_item *item = (const void *)((const char *)slot - offsetof(runtime_item, value));
    // Nothing is known of an item that doesn't look like ours.
    if (item->key != &contextvars_slot_key || item->type != &metadata.kind) return false;
    return item->next_and_flags < _Alignof(runtime_item);
}
