// SPDX-License-Identifier: Apache-2.0
#include "slots.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SWIFT_CC __attribute__((swiftcall))

SWIFT_CC extern void swift_task_localValuePush(const void *key, void *value, const void *type);
SWIFT_CC extern void swift_task_localValuePop(void);
SWIFT_CC extern void *swift_task_localValueGet(const void *key);

/// The beginning of a value witness table, as the Swift ABI fixes it.
typedef struct witnesses {
    void *initialize_buffer_with_copy;
    void (*destroy)(void *, const void *);
    void *(*initialize_with_copy)(void *, void *, const void *);
    void *(*assign_with_copy)(void *, void *, const void *);
    void *(*initialize_with_take)(void *, void *, const void *);
    void *(*assign_with_take)(void *, void *, const void *);
    void *get_enum_tag, *store_enum_tag;
    size_t size, stride;
} witnesses;

struct slot_copy {
    void *value;
};

/// The witnesses are in the word before a type's metadata.
static const witnesses *table(void) { return ((const witnesses *const *)contextvars_slot_type)[-1]; }

static slot_copy *copy_of(void *value) {
    slot_copy *copy = malloc(sizeof *copy);
    copy->value = malloc(table()->size);
    table()->initialize_with_copy(copy->value, value, contextvars_slot_type);
    return copy;
}

slot_copy *slot_copy_make(void) {
    void *value = swift_task_localValueGet(contextvars_slot_key_address);
    return value ? copy_of(value) : NULL;
}

slot_copy *slot_copy_duplicate(slot_copy *copy) { return copy_of(copy->value); }

void slot_copy_move(slot_copy *copy) {
    void *moved = malloc(table()->size);
    table()->initialize_with_take(moved, copy->value, contextvars_slot_type);
    free(copy->value);
    copy->value = moved;
}

void slot_copy_assign(slot_copy *copy, slot_copy *other) {
    table()->assign_with_copy(copy->value, other->value, contextvars_slot_type);
}

void slot_copy_push(slot_copy *copy) {
    swift_task_localValuePush(contextvars_slot_key_address, copy->value, contextvars_slot_type);
    free(copy->value);
    free(copy);
}

void slot_copy_pop(void) { swift_task_localValuePop(); }

void slot_copy_destroy(slot_copy *copy) {
    table()->destroy(copy->value, contextvars_slot_type);
    free(copy->value);
    free(copy);
}

void remember_frame(contextvars_frame *frame) {
    contextvars_this_thread.frame = frame ? frame : &contextvars_nobodys_frame;
}

int has_task_local_values(void) {
    // The item in which the runtime keeps a value begins with a link to the next one, and the value comes after three words.
    static const char key;
    extern const char $sSuN;
    uintptr_t value = 0;
    swift_task_localValuePush(&key, &value, &$sSuN);
    const uintptr_t *item = (const uintptr_t *)swift_task_localValueGet(&key) - 3;
    int has_next = item[0] != 0;
    swift_task_localValuePop();
    return has_next;
}

int in_forked_process(int (*body)(void)) {
    pid_t child = fork();
    if (child == 0) _exit(body());
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
}
