// SPDX-License-Identifier: Apache-2.0
// Watchers: Python functions that are called with each context that becomes current.
//
// CPython has them in its C API only (PyContext_AddWatcher, 3.14); here they have Python names, for the tests.
#include "module.h"

enum { watcher_limit = 8 };

static struct {
    // 0: free.
    int64_t number;
    PyObject *function;
} watchers[watcher_limit];

// The Python object of a context that became current, or None: a new reference; NULL with an exception.
static PyObject *object_of(thread_record *thread, ctxvars_context *context) {
    if (!context) Py_RETURN_NONE;
    for (run_frame *frame = thread->innermost; frame; frame = frame->outer) {
        if (frame->context->engine == context) {
            Py_INCREF(frame->context);
            return (PyObject *)frame->context;
        }
    }
    // No `run` entered it, so it is the root of the thread's state. Its object is kept, so that it is always the same.
    if (!thread->root || thread->root->engine != context) {
        ctxvars_retain(context);
        PyObject *object = context_from_engine(context);
        if (!object) return NULL;
        Py_XDECREF(thread->root);
        thread->root = (ContextObject *)object;
    }
    Py_INCREF(thread->root);
    return (PyObject *)thread->root;
}

static void context_switched(ctxvars_event event, ctxvars_context *context, void *user_data) {
    // Not a switch of Python's: some other user of the engine in this process, on its own thread.
    if (event != CTXVARS_SWITCHED || !PyGILState_Check()) return;
    PyObject *function = *(PyObject **)user_data;
    thread_record *thread = current_thread();
    if (!function || !thread) return;

    // The switch may be the end of a `run` that failed: its exception must survive.
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    Py_INCREF(function);
    PyObject *object = object_of(thread, context);
    PyObject *result = object ? PyObject_CallFunctionObjArgs(function, object, NULL) : NULL;
    if (!result) PyErr_WriteUnraisable(function);
    Py_XDECREF(result);
    Py_XDECREF(object);
    Py_DECREF(function);
    PyErr_Restore(type, value, traceback);
}

PyObject *add_watcher(PyObject *Py_UNUSED(module), PyObject *function) {
    for (int index = 0; index < watcher_limit; index++) {
        if (watchers[index].number) continue;
        Py_INCREF(function);
        watchers[index].function = function;
        watchers[index].number = ctxvars_watcher_add(context_switched, &watchers[index].function);
        return PyLong_FromLongLong(watchers[index].number);
    }
    PyErr_SetString(PyExc_RuntimeError, "no more context watcher IDs available");
    return NULL;
}

PyObject *clear_watcher(PyObject *Py_UNUSED(module), PyObject *number) {
    int64_t wanted = PyLong_AsLongLong(number);
    if (wanted == -1 && PyErr_Occurred()) return NULL;
    for (int index = 0; index < watcher_limit; index++) {
        if (wanted <= 0 || watchers[index].number != wanted) continue;
        ctxvars_watcher_clear(wanted);
        watchers[index].number = 0;
        Py_CLEAR(watchers[index].function);
        Py_RETURN_NONE;
    }
    PyErr_Format(PyExc_ValueError, "No context watcher set for ID %lld", (long long)wanted);
    return NULL;
}
