// SPDX-License-Identifier: Apache-2.0
// The Python module `_contextvars` on the C interface of swift-contextvars: what its files share.
//
// Each Python object holds one engine handle. The engine holds Python objects through the embedder's callbacks, so that
// every reference is counted by Python, and the cycle collector is shown what a handle alone holds. All of this runs
// under the interpreter's global lock.
#ifndef MODULE_H
#define MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "contextvars.h"

// MARK: Objects

// What messages call a type: CPython names the module there since 3.10.
#if PY_VERSION_HEX >= 0x030A0000
#define TYPE_NAME(name) "_contextvars." name
#else
#define TYPE_NAME(name) name
#endif

typedef struct {
    PyObject_HEAD
    ctxvars_context *engine;
    PyObject *weak_references;
} ContextObject;

typedef struct {
    PyObject_HEAD
    ctxvars_var *engine;
    PyObject *name;
    // Kept here and not by the engine, so that the cycle collector sees it.
    PyObject *default_value;
} VarObject;

typedef struct {
    PyObject_HEAD
    // Both NULL once the cycle collector has cleared the token.
    ctxvars_token *engine;
    VarObject *var;
} TokenObject;

typedef struct {
    PyObject_HEAD
    ctxvars_map *engine;
    PyObject *weak_references;
} HamtObject;

extern PyTypeObject ContextType, VarType, TokenType, MissingType, HamtType;
extern PyTypeObject KeysType, ValuesType, ItemsType;

// MARK: module.c

// The embedder that stands for this interpreter.
extern ctxvars_embedder *python;

// Raises TypeError unless a method got from `min` to `max` positional arguments.
bool has_argument_count(const char *method, Py_ssize_t count, Py_ssize_t min, Py_ssize_t max);

// MARK: thread.c

// One `Context.run` under way.
typedef struct run_frame {
    ContextObject *context;
    struct run_frame *outer;
} run_frame;

// What a Python thread has: its engine state, made when the thread first needs it.
typedef struct {
    ctxvars_state *state;
    run_frame *innermost;
    // The Python object of the state's root context; NULL until somebody asks.
    ContextObject *root;
} thread_record;

// The record of the calling thread (borrowed), or NULL with an exception.
thread_record *current_thread(void);

// MARK: context.c

// A Python object for a context; takes over the reference to the handle, also when it fails.
PyObject *context_from_engine(ctxvars_context *engine);

// MARK: token.c

// Takes over the reference to the handle, also when it fails.
PyObject *token_from_engine(ctxvars_token *engine, VarObject *var);
PyObject *new_missing(void);

// MARK: var.c

// Restores a variable with a token. Returns whether it could; else there is an exception.
bool reset_var(VarObject *var, TokenObject *token);

// MARK: iterator.c

// Iterators over a context or a map, of one of the three types above; they take over the reference to the handle.
PyObject *iterate_context(PyTypeObject *type, ContextObject *context);
PyObject *iterate_map(PyTypeObject *type, HamtObject *map);

// MARK: collector.c

// One of the header's `…_traverse` functions, with the type of its handle left open.
typedef int (*engine_traverse)(void *handle, const ctxvars_traversal *traversal);

// For `tp_traverse`: shows the collector what the handle of an object keeps alive.
int traverse_engine(PyObject *self, engine_traverse traverse, void *handle, visitproc visit, void *arg);

// For `tp_dealloc`: what was counted about storage holds no longer.
void end_collector_pass(void);

// Called at import, before all the others. Returns false with an exception.
bool find_passes(void);

// Whether garbage that shares storage can be told; else it stays until only one object holds it.
bool sees_shared_storage(void);

// MARK: watcher.c

PyObject *add_watcher(PyObject *module, PyObject *function);
PyObject *clear_watcher(PyObject *module, PyObject *number);

#endif
