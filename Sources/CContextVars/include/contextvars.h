// SPDX-License-Identifier: Apache-2.0
/// Context variables for runtimes and event loops that are written in C, or that talk to C.
///
/// This is the C interface of swift-contextvars: the same engine that Swift programs use, with values that only the
/// embedder understands. The vocabulary is that of PEP 567: a *context* maps *variables* to values; setting a
/// variable gives a *token*, which resets it; a *thread state* says which context is current for one thread of
/// control. A *map* is the persistent hash map under all this, with the embedder's own keys.
///
/// All public names begin with `ctxvars_`. The prefix `contextvars_` is that of another layer, which is internal: the C code
/// below the Swift engine (`CContextVarsFrames`).
///
/// Rules that hold for every function, unless it says otherwise:
///
/// - **Handles.** Each `ctxvars_…` object is a pointer to an opaque, reference-counted object. A function that
///   returns a handle gives the caller one reference, to be given up with `ctxvars_release`. Handles passed as
///   arguments are borrowed: the caller keeps its reference, at least until the call has returned.
/// - **Objects.** Values, keys and owners are the embedder's own objects, passed as `void *` and never looked into.
///   The engine retains what it keeps with the embedder's `retain`, and releases it with `release`. An object that
///   comes back through an out-parameter has been retained for the caller, who releases it.
/// - **Errors.** Functions that can fail return an `int`: `CTXVARS_OK` or a positive answer, else one of the negative
///   `ctxvars_error` codes. After an error nothing has changed, and out-parameters have not been written. Nothing throws
///   or traps. (Only running out of memory ends the process.)
/// - **Threads.** Any thread may call any function on any handle at any time. The engine calls the embedder back only
///   on a thread that is inside one of these functions, and holds no lock then: the callback may call the interface.
#ifndef CONTEXTVARS_H
#define CONTEXTVARS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__clang__)
#pragma clang assume_nonnull begin
#define CTXVARS_NULLABLE _Nullable
#define CTXVARS_NONNULL _Nonnull
#else
#define CTXVARS_NULLABLE
#define CTXVARS_NONNULL
#endif

// MARK: Results

/// Why a function failed.
typedef enum ctxvars_error {
    /// It didn't.
    CTXVARS_OK = 0,
    /// The embedder's `hash` or `equal` reported a failure, of which the embedder knows more.
    CTXVARS_CALLBACK_FAILED = -1,
    /// The context is already entered, by a thread state or by Swift code. A context can be entered once at a time.
    CTXVARS_ALREADY_ENTERED = -2,
    /// The context to exit isn't entered anywhere.
    CTXVARS_NOT_ENTERED = -3,
    /// The context to exit isn't the one that this thread state entered last.
    CTXVARS_NOT_CURRENT = -4,
    /// The token has reset its variable before. It works once.
    CTXVARS_TOKEN_USED = -5,
    /// The token was made by another variable.
    CTXVARS_TOKEN_FROM_DIFFERENT_VAR = -6,
    /// The token was made in another context than the current one.
    CTXVARS_TOKEN_FROM_DIFFERENT_CONTEXT = -7,
} ctxvars_error;

/// The meaning of an error code, in English. The text lives as long as the process. Any thread.
const char *ctxvars_error_message(int error);

/// Names the engine that serves this interface and the version of Swift that compiled it. The text lives as long as
/// the process. Any thread.
const char *ctxvars_engine(void);

// MARK: Handles

typedef struct ctxvars_embedder ctxvars_embedder;
typedef struct ctxvars_state ctxvars_state;
typedef struct ctxvars_context ctxvars_context;
typedef struct ctxvars_var ctxvars_var;
typedef struct ctxvars_token ctxvars_token;
typedef struct ctxvars_map ctxvars_map;
typedef struct ctxvars_context_iterator ctxvars_context_iterator;
typedef struct ctxvars_map_iterator ctxvars_map_iterator;

/// Takes one more reference to a handle of any type above. Any thread.
void ctxvars_retain(void *handle);

/// Gives up one reference to a handle of any type above; does nothing with NULL. The last one ends the object and
/// releases the embedder's objects that it alone held, on the calling thread. Any thread.
void ctxvars_release(void *CTXVARS_NULLABLE handle);

// MARK: Embedders

/// What the engine needs from an embedder. Every callback gets `user_data` as its last argument.
typedef struct ctxvars_callbacks {
    /// Keeps an object alive until the matching `release`. It must not call the interface.
    void (*retain)(void *object, void *CTXVARS_NULLABLE user_data);
    /// Undoes one `retain`. Called on the thread that gave up the last use of the object; free to call the interface.
    void (*release)(void *object, void *CTXVARS_NULLABLE user_data);
    /// Writes the hash of a key to `*hash` and returns 0; on failure returns a negative number. Called once for each
    /// operation on a map, before the map is looked at. Not needed by embedders that use no maps.
    int (*CTXVARS_NULLABLE hash)(void *key, intptr_t *hash, void *CTXVARS_NULLABLE user_data);
    /// Returns 1 if two keys with the same hash, or two values, are equal, 0 if they are not, and a negative
    /// number on failure. Never called with the same object twice: that is equal to itself. After a failure it isn't
    /// called again during the same operation. NULL: an object is equal only to itself.
    int (*CTXVARS_NULLABLE equal)(void *left, void *right, void *CTXVARS_NULLABLE user_data);
    /// Passed to each callback. What it points to must stay valid for as long as the process, or until the last handle
    /// and the last stored object are gone.
    void *CTXVARS_NULLABLE user_data;
} ctxvars_callbacks;

/// Makes an embedder: what variables and maps need to know about the objects in them. The callbacks are copied. Any
/// thread.
ctxvars_embedder *ctxvars_embedder_new(const ctxvars_callbacks *callbacks);

// MARK: Thread states

/// Makes a thread state that has entered nothing. Its root context is made when it is first needed, empty. Any
/// thread; but a state describes one thread of control, so normally only that one uses it from then on.
ctxvars_state *ctxvars_state_new(void);

/// Makes a thread state whose root context is a copy of the context that is current in another: for a thread that
/// inherits the values of the thread that starts it. O(1). Any thread; call it on the starting one, so that the copy
/// has the values from the time of the start.
ctxvars_state *ctxvars_state_new_inheriting(ctxvars_state *starter);

/// Makes a context the current one of a thread state, until `ctxvars_state_exit`. The state retains the context.
/// Returns `CTXVARS_OK` or `CTXVARS_ALREADY_ENTERED`. O(1), and calls the watchers.
int ctxvars_state_enter(ctxvars_state *state, ctxvars_context *context);

/// Makes the context that was current before `context` was entered the current one again. Returns `CTXVARS_OK`,
/// `CTXVARS_NOT_ENTERED` or `CTXVARS_NOT_CURRENT`. O(1), and calls the watchers.
int ctxvars_state_exit(ctxvars_state *state, ctxvars_context *context);

/// The context that is current in a thread state: the one entered last, or the state's root. Returns a reference.
/// O(1).
ctxvars_context *ctxvars_state_context(ctxvars_state *state);

/// A new context with the values of the current one of a thread state: `copy_context()` of PEP 567. Returns a
/// reference. O(1). Any thread.
ctxvars_context *ctxvars_state_copy_context(ctxvars_state *state);

// MARK: Contexts

/// Makes an empty context. Any thread.
ctxvars_context *ctxvars_context_new(void);

/// A new context with the same values, of which neither sees the other's changes. Returns a reference. O(1). Any
/// thread, even while the context is entered by another.
ctxvars_context *ctxvars_context_copy(ctxvars_context *context);

/// How many variables are set. O(1). Any thread.
size_t ctxvars_context_count(ctxvars_context *context);

/// Looks a variable up in a context, entered or not. Defaults don't count. Returns 1 and writes the value, retained,
/// to `*value` (where `value` isn't NULL), or returns 0 where the variable isn't set. O(1) for few
/// variables, then O(log n). Any thread.
int ctxvars_context_get(
    ctxvars_context *context, ctxvars_var *var, void *CTXVARS_NULLABLE *CTXVARS_NULLABLE value);

/// Whether two contexts set the same variables to values that are the same object or that `equal` finds equal.
/// Returns 1, 0 or `CTXVARS_CALLBACK_FAILED`. O(n). Any thread.
int ctxvars_context_equal(ctxvars_context *left, ctxvars_context *right);

/// Starts an iteration over the variables that are set now, in no particular order; later changes are not seen. Returns
/// a reference. O(1). Any thread.
ctxvars_context_iterator *ctxvars_context_iterate(ctxvars_context *context);

/// Writes a reference to the next variable to `*var`, and its value, retained, to `*value`, and returns 1; returns 0
/// at the end and from then on. O(1) on average. One thread at a time for one iterator. Variables of Swift code are left
/// out.
int ctxvars_context_iterator_next(
    ctxvars_context_iterator *iterator, ctxvars_var *CTXVARS_NULLABLE *CTXVARS_NONNULL var,
    void *CTXVARS_NULLABLE *CTXVARS_NONNULL value);

// MARK: Variables

/// Makes a variable. Variables are told apart by identity, never by name.
///
/// `name` is UTF-8, and is copied. `default_value` is what `ctxvars_var_get` gives where the variable isn't set; the
/// variable retains it. NULL: no default.
///
/// `owner` is the embedder's own object for the variable, or NULL. The variable does not retain it (normally the owner
/// holds the variable). But each value that is set retains the owner as long as it is stored: so an owner is alive
/// wherever an iteration finds its variable. Any thread.
ctxvars_var *ctxvars_var_new(
    ctxvars_embedder *embedder, const char *name, void *CTXVARS_NULLABLE default_value,
    void *CTXVARS_NULLABLE owner);

/// The owner given at creation, not retained, or NULL. Alive if the caller holds the owner, a context in which the
/// variable is set, or an iterator that gave the variable. Any thread.
void *CTXVARS_NULLABLE ctxvars_var_owner(ctxvars_var *var);

/// Writes the name and a final 0 to `buffer`, cut off after `size` bytes altogether; returns the length of the whole
/// name without the 0. `buffer` may be NULL where `size` is 0. Any thread.
size_t ctxvars_var_name(ctxvars_var *var, char *CTXVARS_NULLABLE buffer, size_t size);

/// Reads a variable in the current context of a thread state. Returns 1 and writes the value or the default,
/// retained, to `*value`; returns 0 where there is neither. O(1) for few variables, then O(log n). Any thread.
int ctxvars_var_get(ctxvars_state *state, ctxvars_var *var, void *CTXVARS_NULLABLE *CTXVARS_NONNULL value);

/// Sets a variable in the current context of a thread state. The value and the variable's owner are retained. Returns
/// a reference to a token that resets the variable. Cannot fail. O(1) for few variables, then O(log n). Any thread.
ctxvars_token *ctxvars_var_set(ctxvars_state *state, ctxvars_var *var, void *value);

/// Restores a variable's value from before the `ctxvars_var_set` that made the token. Returns `CTXVARS_OK`,
/// `CTXVARS_TOKEN_USED`, `CTXVARS_TOKEN_FROM_DIFFERENT_VAR` or `CTXVARS_TOKEN_FROM_DIFFERENT_CONTEXT`, checked in
/// this order. Only success uses the token. O(1) for few variables, then O(log n). Any thread.
int ctxvars_var_reset(ctxvars_state *state, ctxvars_var *var, ctxvars_token *token);

// MARK: Tokens

// A token holds what its variable had before, and the variable; it keeps no context alive.

/// Whether the token has reset its variable: 1 or 0. Any thread.
int ctxvars_token_is_used(ctxvars_token *token);

/// The variable that made the token. Returns a reference. Any thread.
ctxvars_var *ctxvars_token_var(ctxvars_token *token);

/// The variable's value before it was set: returns 1 and writes it, retained, to `*value`, or returns 0 if the
/// variable wasn't set. Any thread.
int ctxvars_token_old_value(ctxvars_token *token, void *CTXVARS_NULLABLE *CTXVARS_NONNULL value);

// MARK: Watchers

/// An event that a watcher is told about.
typedef enum ctxvars_event {
    /// Another context became current.
    CTXVARS_SWITCHED = 1,
} ctxvars_event;

/// A function to call after each switch, on the thread that switches, with the context that is current now
/// (borrowed), or NULL where none is: a thread state without a root exits its outermost context. Switches that a
/// watcher makes itself are not reported.
typedef void (*ctxvars_watcher)(
    ctxvars_event event, ctxvars_context *CTXVARS_NULLABLE context, void *CTXVARS_NULLABLE user_data);

/// Registers a function to be called on every switch of the process: of any thread state, and of Swift code. `user_data`
/// must live until no call can be under way any more. Returns a positive number for `ctxvars_watcher_clear`. Any thread.
int64_t ctxvars_watcher_add(ctxvars_watcher watcher, void *CTXVARS_NULLABLE user_data);

/// Ends a watcher. A call that another thread has begun may still be under way. Returns 1, or 0 where there is no
/// such watcher (any more). Any thread.
int ctxvars_watcher_clear(int64_t watcher);

// MARK: Maps

// A map never changes; `set` and `remove` make new ones, which share storage with the old. Its keys are hashed with
// the embedder's `hash`, once for each operation, and compared with `equal` where hashes are equal. Keys of two embedders
// are never equal.

/// Makes an empty map. Needs an embedder with `hash`. Any thread.
ctxvars_map *ctxvars_map_new(ctxvars_embedder *embedder);

/// The number of keys. O(1). Any thread.
size_t ctxvars_map_count(ctxvars_map *map);

/// Looks a key up. Returns 1 and writes the value, retained, to `*value` (where `value` isn't NULL); 0 where the map
/// does not have the key; or `CTXVARS_CALLBACK_FAILED`. O(log n). Any thread.
int ctxvars_map_get(ctxvars_map *map, void *key, void *CTXVARS_NULLABLE *CTXVARS_NULLABLE value);

/// Writes a reference to a map with `value` for `key` to `*result`, and returns `CTXVARS_OK`; or returns
/// `CTXVARS_CALLBACK_FAILED`. The result is `map` itself where it has this very value already. O(log n). Any thread.
int ctxvars_map_set(ctxvars_map *map, void *key, void *value, ctxvars_map *CTXVARS_NULLABLE *CTXVARS_NONNULL result);

/// Writes a reference to a map without `key` to `*result`, and returns 1; or returns 0, with `map` itself as the
/// result, where it does not have the key; or returns `CTXVARS_CALLBACK_FAILED`. O(log n). Any thread.
int ctxvars_map_remove(ctxvars_map *map, void *key, ctxvars_map *CTXVARS_NULLABLE *CTXVARS_NONNULL result);

/// Whether two maps have equal keys with equal values. Returns 1, 0 or `CTXVARS_CALLBACK_FAILED`. O(n), but for
/// what they share. Any thread.
int ctxvars_map_equal(ctxvars_map *left, ctxvars_map *right);

/// Starts an iteration over a map, in no particular order. Returns a reference. O(1). Any thread.
ctxvars_map_iterator *ctxvars_map_iterate(ctxvars_map *map);

/// Writes the next key and its value, both retained, and returns 1; returns 0 at the end and from then on. O(1) on
/// average. One thread at a time for one iterator.
int ctxvars_map_iterator_next(
    ctxvars_map_iterator *iterator, void *CTXVARS_NULLABLE *CTXVARS_NONNULL key,
    void *CTXVARS_NULLABLE *CTXVARS_NONNULL value);

// MARK: Traversal

// For an embedder whose objects are freed by a cycle collector that counts references, like CPython's: it must
// learn which objects a handle keeps alive, and each as often as the engine holds a reference to it, never more often.
//
// Contexts, maps, tokens and iterators share storage, and shared storage holds each object once. So what two handles
// share must not be visited from both, as if each of them held it. There are two ways:
//
// - With `shared` NULL, a traversal visits the objects that the handle *alone* keeps alive: it stays out of storage with
//   more than one reference, and of a handle with more than one (a thread state has a reference to a context that it
//   has entered). What is not visited looks held from outside to the collector, which is safe. Garbage stays as long as
//   several handles, all of them garbage, share what keeps them alive.
// - With a `shared` callback, the collector decides. It is exact where, in the pass that subtracts references, it counts
//   how often it came to each storage, and goes on only when that number reaches the number of its references
//   (all who hold it belong to the objects under examination, so its own references count now); and where, in the pass
//   that follows reachable objects, it always goes on.
//
// A traversal takes O(n) for n objects and pieces of storage.
//
// Objects are not retained for the visitor. The callbacks must not call the interface. No other thread may use the
// engine's objects meanwhile: stop the world, or hold the runtime's global lock.

/// How to traverse.
typedef struct ctxvars_traversal {
    /// Called with each object; returns 0 to go on, or anything else to stop the traversal, which then returns that.
    int (*visit)(void *object, void *CTXVARS_NULLABLE argument);
    /// Called on the way with each piece of storage that has several references (an address that identifies it as long as
    /// it lives, and the number of references). Returns 1 to go on with what it holds, else 0. NULL: always 0.
    int (*CTXVARS_NULLABLE shared)(const void *storage, size_t references, void *CTXVARS_NULLABLE argument);
    /// Passed to the callbacks.
    void *CTXVARS_NULLABLE argument;
} ctxvars_traversal;

/// Visits the values in a context, and their variables' owners. Returns 0, or what `visit` stopped with.
int ctxvars_context_traverse(ctxvars_context *context, const ctxvars_traversal *traversal);

/// Visits the old value that a token holds, and its variable's owner. Returns 0, or what `visit` stopped with.
int ctxvars_token_traverse(ctxvars_token *token, const ctxvars_traversal *traversal);

/// Visits the keys and values in a map. Returns 0, or what `visit` stopped with.
int ctxvars_map_traverse(ctxvars_map *map, const ctxvars_traversal *traversal);

/// Visits the values that an iterator holds, past ones too, and their variables' owners. Returns 0, or what `visit`
/// stopped with.
int ctxvars_context_iterator_traverse(ctxvars_context_iterator *iterator, const ctxvars_traversal *traversal);

/// Visits the keys and values that an iterator holds, past ones too. Returns 0, or what `visit` stopped with.
int ctxvars_map_iterator_traverse(ctxvars_map_iterator *iterator, const ctxvars_traversal *traversal);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#ifdef __cplusplus
}
#endif

#endif
