// SPDX-License-Identifier: Apache-2.0
// CPython's context variables from C, with no interpreter between the loop and the functions that `contextvars` calls.

#include "operations.h"

static PyObject *make_variable(const char *name) { return PyContextVar_New(name, NULL); }

// Sets a variable to a small number, which CPython never allocates.
static bool set(PyObject *variable, long number) {
    PyObject *value = PyLong_FromLong(number);
    PyObject *token = PyContextVar_Set(variable, value);
    Py_DECREF(value);
    Py_XDECREF(token);
    return token != NULL;
}

// A new context, entered, with `count` variables set; the first is returned.
static PyObject *enter_context(PyObject **context, int count) {
    PyObject *first = NULL;
    *context = PyContext_New();
    if (!*context || PyContext_Enter(*context) != 0) return NULL;
    for (int index = 0; index < count; index++) {
        PyObject *variable = make_variable("number");
        if (!variable || !set(variable, index)) return NULL;
        if (first) Py_DECREF(variable); else first = variable;
    }
    return first;
}

static bool leave_context(PyObject *context, PyObject *variable) {
    Py_XDECREF(variable);
    bool left = PyContext_Exit(context) == 0;
    Py_DECREF(context);
    return left;
}

static bool get(long long count) {
    PyObject *context, *variable = enter_context(&context, 1);
    if (!variable) return false;
    begin_measurement();
    for (long long index = 0; index < count; index++) {
        PyObject *value;
        if (PyContextVar_Get(variable, NULL, &value) != 0) return false;
        Py_XDECREF(value);
    }
    end_measurement(count);
    return leave_context(context, variable);
}

static bool set_and_reset(long long count) {
    PyObject *context, *variable = enter_context(&context, 1);
    PyObject *value = PyLong_FromLong(2);
    if (!variable || !value) return false;
    begin_measurement();
    for (long long index = 0; index < count; index++) {
        PyObject *token = PyContextVar_Set(variable, value);
        if (!token || PyContextVar_Reset(variable, token) != 0) return false;
        Py_DECREF(token);
    }
    end_measurement(count);
    Py_DECREF(value);
    return leave_context(context, variable);
}

static bool copy(long long count) {
    PyObject *context, *variable = enter_context(&context, 8);
    if (!variable) return false;
    begin_measurement();
    for (long long index = 0; index < count; index++) {
        PyObject *copied = PyContext_CopyCurrent();
        if (!copied) return false;
        Py_DECREF(copied);
    }
    end_measurement(count);
    return leave_context(context, variable);
}

static bool enter_and_exit(long long count) {
    PyObject *context = PyContext_New();
    if (!context) return false;
    begin_measurement();
    for (long long index = 0; index < count; index++) {
        if (PyContext_Enter(context) != 0 || PyContext_Exit(context) != 0) return false;
    }
    end_measurement(count);
    Py_DECREF(context);
    return true;
}

// `count` contexts with eight variables, all alive at the end of the measurement.
static bool contexts(long long count) {
    PyObject *variables[8];
    for (int index = 0; index < 8; index++) {
        if (!(variables[index] = make_variable("number"))) return false;
    }
    PyObject **made = calloc(count, sizeof *made);
    if (!made) return PyErr_NoMemory() != NULL;
    begin_measurement();
    for (long long index = 0; index < count; index++) {
        PyObject *context = made[index] = PyContext_New();
        if (!context || PyContext_Enter(context) != 0) return false;
        for (int number = 0; number < 8; number++) {
            if (!set(variables[number], number)) return false;
        }
        if (PyContext_Exit(context) != 0) return false;
    }
    end_measurement(count);
    for (long long index = 0; index < count; index++) Py_DECREF(made[index]);
    free(made);
    for (int index = 0; index < 8; index++) Py_DECREF(variables[index]);
    return true;
}

// `immutables.Map` is CPython's own hash trie as a package: its C functions, called without bytecode.
static PyObject *make_map(PyObject **keys) {
    static const char script[] =
        "import immutables, random\n"
        "keys = [object() for _ in range(1000)]\n"
        "map = immutables.Map((key, number) for number, key in enumerate(keys))\n"
        "random.shuffle(keys)\n";
    PyObject *globals = PyDict_New();
    if (!globals || PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins()) != 0) return NULL;
    PyObject *done = PyRun_String(script, Py_file_input, globals, globals);
    if (!done) return NULL;
    Py_DECREF(done);
    *keys = Py_XNewRef(PyDict_GetItemString(globals, "keys"));
    PyObject *map = Py_XNewRef(PyDict_GetItemString(globals, "map"));
    Py_DECREF(globals);
    return map;
}

static bool map_lookup(long long count) {
    PyObject *keys, *map = make_map(&keys);
    if (!map) return false;
    begin_measurement();
    for (long long index = 0, place = 0; index < count; index++) {
        PyObject *value = PyObject_GetItem(map, PyList_GET_ITEM(keys, place));
        if (!value) return false;
        Py_DECREF(value);
        if (++place == 1000) place = 0;
    }
    end_measurement(count);
    Py_DECREF(keys);
    Py_DECREF(map);
    return true;
}

static bool map_replace(long long count) {
    PyObject *keys, *map = make_map(&keys);
    PyObject *name = PyUnicode_InternFromString("set"), *value = PyLong_FromLong(-1);
    if (!map || !name || !value) return false;
    begin_measurement();
    for (long long index = 0, place = 0; index < count; index++) {
        PyObject *arguments[] = {map, PyList_GET_ITEM(keys, place), value};
        PyObject *changed = PyObject_VectorcallMethod(name, arguments, 3, NULL);
        if (!changed) return false;
        Py_DECREF(changed);
        if (++place == 1000) place = 0;
    }
    end_measurement(count);
    Py_DECREF(name);
    Py_DECREF(value);
    Py_DECREF(keys);
    Py_DECREF(map);
    return true;
}

const operation operations[] = {
    {"get", get},           {"set-reset", set_and_reset}, {"copy", copy},
    {"enter-exit", enter_and_exit}, {"contexts", contexts},
    {"map-lookup", map_lookup},     {"map-replace", map_replace},
};

const int operation_count = sizeof operations / sizeof operations[0];
