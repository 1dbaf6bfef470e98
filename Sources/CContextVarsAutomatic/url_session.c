// SPDX-License-Identifier: Apache-2.0
// The transfers of URLSession.
//
// All tasks of a session share one set of sockets and timers, whose handlers belong to whichever task came first. libcurl
// says which transfer an event is for: by calling the functions that were set for it, and by naming it when it has ended.
// So here a transfer has the context in which it was added, and the shared machinery has none. Otherwise completion
// handlers would see the values of other tasks.
//
// These are the functions by which Foundation reaches libcurl; nobody else calls them. A session's calls come one after
// another, on its queue, so a transfer needs no lock. The list of all transfers has one.

#include "carried.h"

#if CONTEXTVARS_CAN_INTERPOSE
#include <pthread.h>
#include <stdlib.h>

/// The options of libcurl that matter here, by their frozen numbers.
enum {
    OPTION_WRITE_DATA = 10001,
    OPTION_READ_DATA = 10009,
    OPTION_HEADER_DATA = 10029,
    OPTION_PROGRESS_DATA = 10057,
    OPTION_WRITE_FUNCTION = 20011,
    OPTION_READ_FUNCTION = 20012,
    OPTION_HEADER_FUNCTION = 20079,
    OPTION_PROGRESS_FUNCTION = 20219,
};

/// The functions that a transfer has.
typedef enum callback_kind { CALLBACK_WRITE, CALLBACK_READ, CALLBACK_HEADER, CALLBACK_PROGRESS, CALLBACK_KINDS } callback_kind;

static const int data_options[CALLBACK_KINDS] = {
    OPTION_WRITE_DATA, OPTION_READ_DATA, OPTION_HEADER_DATA, OPTION_PROGRESS_DATA};
static const int function_options[CALLBACK_KINDS] = {
    OPTION_WRITE_FUNCTION, OPTION_READ_FUNCTION, OPTION_HEADER_FUNCTION, OPTION_PROGRESS_FUNCTION};

static callback_kind kind_of(int option, const int options[CALLBACK_KINDS]) {
    callback_kind kind = 0;
    while (kind < CALLBACK_KINDS && options[kind] != option) kind++;
    return kind;
}

/// A transfer, from its first function to its end.
typedef struct transfer {
    struct transfer *next;
    const void *handle;
    /// What it was added with.
    carried carried;
    struct {
        void *function;
        void *data;
    } callbacks[CALLBACK_KINDS];
} transfer;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static transfer *transfers[64];

static transfer **bucket(const void *handle) { return &transfers[(uintptr_t)handle / 64 % 64]; }

/// The transfer of a handle: one that is known or, where `may_make` is set, a new one.
static transfer *transfer_of(const void *handle, bool may_make) {
    pthread_mutex_lock(&lock);
    transfer *found = *bucket(handle);
    while (found && found->handle != handle) found = found->next;
    if (!found && may_make && (found = calloc(1, sizeof *found))) {
        found->handle = handle;
        found->next = *bucket(handle);
        *bucket(handle) = found;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static void forget(transfer *transfer) {
    pthread_mutex_lock(&lock);
    struct transfer **place = bucket(transfer->handle);
    while (*place != transfer) place = &(*place)->next;
    *place = transfer->next;
    pthread_mutex_unlock(&lock);
}

// MARK: The functions that libcurl calls

/// One call. The functions of a transfer have one of two signatures.
typedef struct callback_call {
    const transfer *transfer;
    callback_kind kind;
    char *bytes;
    size_t size, count;
    int64_t numbers[4];
    size_t result;
} callback_call;

static void call_with_bytes(void *argument) {
    callback_call *call = argument;
    size_t (*function)(char *, size_t, size_t, void *) = call->transfer->callbacks[call->kind].function;
    call->result = function(call->bytes, call->size, call->count, call->transfer->callbacks[call->kind].data);
}

static size_t run_with_bytes(const transfer *transfer, callback_kind kind, char *bytes, size_t size, size_t count) {
    callback_call call = {.transfer = transfer, .kind = kind, .bytes = bytes, .size = size, .count = count};
    carried_run(&transfer->carried, call_with_bytes, &call);
    return call.result;
}

static size_t on_write(char *bytes, size_t size, size_t count, void *transfer) {
    return run_with_bytes(transfer, CALLBACK_WRITE, bytes, size, count);
}

static size_t on_read(char *bytes, size_t size, size_t count, void *transfer) {
    return run_with_bytes(transfer, CALLBACK_READ, bytes, size, count);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *transfer) {
    return run_with_bytes(transfer, CALLBACK_HEADER, bytes, size, count);
}

static void call_with_numbers(void *argument) {
    callback_call *call = argument;
    int (*function)(void *, int64_t, int64_t, int64_t, int64_t) = call->transfer->callbacks[call->kind].function;
    call->result = (size_t)function(
        call->transfer->callbacks[call->kind].data, call->numbers[0], call->numbers[1], call->numbers[2],
        call->numbers[3]);
}

static int on_progress(void *transfer, int64_t to_receive, int64_t received, int64_t to_send, int64_t sent) {
    callback_call call = {
        .transfer = transfer, .kind = CALLBACK_PROGRESS, .numbers = {to_receive, received, to_send, sent}};
    carried_run(&call.transfer->carried, call_with_numbers, &call);
    return (int)call.result;
}

static void *const our_functions[CALLBACK_KINDS] = {on_write, on_read, on_header, on_progress};

// MARK: Setting them

/// A result code of Foundation's, which is a structure of one number.
typedef struct code {
    int value;
} code;

typedef struct option {
    int value;
} option;

typedef code (*set_pointer)(void *, option, void *);

/// Whether transfers are followed from now on.
static bool is_enabled(void) {
    return atomic_load_explicit(&carried_state, memory_order_acquire) & CONTEXTVARS_AUTOMATIC_DISPATCH;
}

/// Sets a function of a transfer by `set`: ours, with the transfer as its data, where Foundation sets one.
static code set_function(void *handle, option option, void *function, set_pointer set) {
    callback_kind kind = kind_of(option.value, function_options);
    transfer *transfer = kind < CALLBACK_KINDS ? transfer_of(handle, function && is_enabled()) : NULL;
    if (!transfer) return set(handle, option, function);
    transfer->callbacks[kind].function = function;
    void *data = function ? transfer : transfer->callbacks[kind].data;
    set_pointer set_data = boundary_next(&boundary_of_CFURLSession_easy_setopt_ptr);
    code error = set_data(handle, (struct option){data_options[kind]}, data);
    return error.value ? error : set(handle, option, function ? our_functions[kind] : NULL);
}

INTERPOSED(code, CFURLSession_easy_setopt_wc, dispatch, (void *handle, option option, void *function)) {
    return set_function(handle, option, function, NEXT(CFURLSession_easy_setopt_wc));
}

INTERPOSED(code, CFURLSession_easy_setopt_tc, dispatch, (void *handle, option option, void *function)) {
    return set_function(handle, option, function, NEXT(CFURLSession_easy_setopt_tc));
}

INTERPOSED(code, CFURLSession_easy_setopt_ptr, dispatch, (void *handle, option option, void *pointer)) {
    callback_kind kind = kind_of(option.value, data_options);
    transfer *transfer = kind < CALLBACK_KINDS ? transfer_of(handle, is_enabled()) : NULL;
    if (!transfer) return NEXT(CFURLSession_easy_setopt_ptr)(handle, option, pointer);
    transfer->callbacks[kind].data = pointer;
    if (transfer->callbacks[kind].function) return (code){0};
    return NEXT(CFURLSession_easy_setopt_ptr)(handle, option, pointer);
}

// MARK: A transfer's life

/// Marks what is handed over until `end_shared` as the shared machinery's.
static carried_thread begin_shared(void) {
    carried_thread outer = carried_this_thread;
    carried_this_thread.is_shared = true;
    return outer;
}

static void end_shared(carried_thread outer) { carried_this_thread = outer; }

INTERPOSED(code, CFURLSessionMultiHandleAddHandle, dispatch, (void *multi, void *handle)) {
    carried_needs needs = carried_find_needs(&boundary_of_CFURLSessionMultiHandleAddHandle);
    transfer *transfer = transfer_of(handle, needs & (CARRIED_SNAPSHOT | CARRIED_NOTE));
    if (transfer) {
        // A redirection adds the transfer again, on its own behalf: so the new one before the old one is gone.
        carried added;
        carried_begin(&added, needs, &boundary_of_CFURLSessionMultiHandleAddHandle, __builtin_return_address(0));
        carried_end(&transfer->carried);
        carried_move(&added, &transfer->carried);
    }
    carried_thread outer = begin_shared();
    code code = NEXT(CFURLSessionMultiHandleAddHandle)(multi, handle);
    end_shared(outer);
    return code;
}

INTERPOSED(code, CFURLSessionMultiHandleAction, dispatch, (void *multi, int socket, int events, int *running)) {
    carried_thread outer = begin_shared();
    code code = NEXT(CFURLSessionMultiHandleAction)(multi, socket, events, running);
    end_shared(outer);
    return code;
}

INTERPOSED(code, CFURLSessionMultiHandleRemoveHandle, dispatch, (void *multi, void *handle)) {
    carried_thread outer = begin_shared();
    code code = NEXT(CFURLSessionMultiHandleRemoveHandle)(multi, handle);
    end_shared(outer);
    return code;
}

/// The end of a transfer.
typedef struct message {
    void *handle;
    code code;
} message;

/// What Foundation does next is for the transfer that has ended, until it asks for another one or its handler ends.
INTERPOSED(message, CFURLSessionMultiHandleInfoRead, dispatch, (void *multi, int *count)) {
    message message = NEXT(CFURLSessionMultiHandleInfoRead)(multi, count);
    const transfer *transfer = message.handle ? transfer_of(message.handle, false) : NULL;
    carried_this_thread.on_behalf_of = transfer ? &transfer->carried : NULL;
    return message;
}

INTERPOSED(void, CFURLSessionEasyHandleDeinit, dispatch, (void *handle)) {
    // Forgotten first: as soon as the handle is freed, another thread may get a new one at its address.
    transfer *transfer = transfer_of(handle, false);
    if (transfer) forget(transfer);
    NEXT(CFURLSessionEasyHandleDeinit)(handle);
    if (!transfer) return;
    // Foundation may let go of a transfer while it works on its behalf.
    if (carried_this_thread.on_behalf_of == &transfer->carried) carried_this_thread.on_behalf_of = NULL;
    carried_end(&transfer->carried);
    free(transfer);
}

#endif
