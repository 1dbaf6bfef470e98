// SPDX-License-Identifier: Apache-2.0
// The engine state of each Python thread.
#include "module.h"

// Finds the record of the thread without a look into a dictionary. A thread state's number is never used again, so an
// old entry can't be taken for that of a new thread.
static _Thread_local struct {
    uint64_t thread_number;
    thread_record *record;
} cache;

static const char capsule_name[] = "_contextvars.thread_record";

// Called when the interpreter clears the thread's dictionary: at the end of the thread.
static void end_record(PyObject *capsule) {
    thread_record *record = PyCapsule_GetPointer(capsule, capsule_name);
    if (cache.record == record) cache.record = NULL;
    // What this releases may run Python code that asks for the thread's record, and gets a new one.
    ctxvars_release(record->state);
    Py_XDECREF(record->root);
    PyMem_Free(record);
}

static thread_record *make_record(PyObject *dictionary, PyObject *key) {
    thread_record *record = PyMem_Calloc(1, sizeof *record);
    if (!record) {
        PyErr_NoMemory();
        return NULL;
    }
    record->state = ctxvars_state_new();
    PyObject *capsule = PyCapsule_New(record, capsule_name, end_record);
    if (!capsule) {
        ctxvars_release(record->state);
        PyMem_Free(record);
        return NULL;
    }
    bool stored = PyDict_SetItem(dictionary, key, capsule) == 0;
    Py_DECREF(capsule);
    return stored ? record : NULL;
}

static thread_record *find_record(void) {
    PyObject *dictionary = PyThreadState_GetDict();
    if (!dictionary) {
        PyErr_SetString(PyExc_RuntimeError, "this thread has no place for a current context");
        return NULL;
    }
    PyObject *key = PyUnicode_InternFromString(capsule_name);
    if (!key) return NULL;
    PyObject *capsule = PyDict_GetItemWithError(dictionary, key);
    thread_record *record = NULL;
    if (capsule) {
        record = PyCapsule_GetPointer(capsule, capsule_name);
    } else if (!PyErr_Occurred()) {
        record = make_record(dictionary, key);
    }
    Py_DECREF(key);
    return record;
}

thread_record *current_thread(void) {
    uint64_t number = PyThreadState_GetID(PyThreadState_Get());
    if (cache.record && cache.thread_number == number) return cache.record;
    thread_record *record = find_record();
    if (record) {
        cache.thread_number = number;
        cache.record = record;
    }
    return record;
}
