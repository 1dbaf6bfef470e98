// SPDX-License-Identifier: Apache-2.0
// The stand-in for the `hamt` type of CPython's own test modules: the engine's map, with Python objects as keys.
#include "module.h"

#include <stddef.h>

// Takes over the reference to the handle, also when it fails.
static PyObject *hamt_from_engine(ctxvars_map *engine) {
    HamtObject *self = PyObject_GC_New(HamtObject, &HamtType);
    if (!self) {
        ctxvars_release(engine);
        return NULL;
    }
    self->engine = engine;
    self->weak_references = NULL;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static PyObject *hamt_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *kwargs) {
    static char *names[] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":hamt", names)) return NULL;
    return hamt_from_engine(ctxvars_map_new(python));
}

// MARK: Life

static int traverse_handle(void *handle, const ctxvars_traversal *traversal) {
    return ctxvars_map_traverse(handle, traversal);
}

static int hamt_traverse(HamtObject *self, visitproc visit, void *arg) {
    return traverse_engine((PyObject *)self, traverse_handle, self->engine, visit, arg);
}

static int hamt_clear(HamtObject *self) {
    // The object may still be used by what else is cleared, so it becomes an empty map.
    ctxvars_map *engine = self->engine;
    self->engine = ctxvars_map_new(python);
    ctxvars_release(engine);
    return 0;
}

static void hamt_dealloc(HamtObject *self) {
    PyObject_GC_UnTrack(self);
    end_collector_pass();
    Py_TRASHCAN_BEGIN(self, hamt_dealloc)
    if (self->weak_references) PyObject_ClearWeakRefs((PyObject *)self);
    ctxvars_release(self->engine);
    PyObject_GC_Del(self);
    Py_TRASHCAN_END
}

// MARK: Looking up

// The value; or NULL, with an exception where a hash or a comparison raised one.
static PyObject *value_of(HamtObject *self, PyObject *key) {
    void *value = NULL;
    return ctxvars_map_get(self->engine, key, &value) > 0 ? value : NULL;
}

static PyObject *hamt_subscript(HamtObject *self, PyObject *key) {
    PyObject *value = value_of(self, key);
    if (!value && !PyErr_Occurred()) PyErr_SetObject(PyExc_KeyError, key);
    return value;
}

static PyObject *hamt_get(HamtObject *self, PyObject *const *args, Py_ssize_t count) {
    if (!has_argument_count("get", count, 1, 2)) return NULL;
    PyObject *value = value_of(self, args[0]);
    if (value || PyErr_Occurred()) return value;
    PyObject *fallback = count > 1 ? args[1] : Py_None;
    Py_INCREF(fallback);
    return fallback;
}

static int hamt_contains(HamtObject *self, PyObject *key) { return ctxvars_map_get(self->engine, key, NULL); }

static Py_ssize_t hamt_length(HamtObject *self) { return (Py_ssize_t)ctxvars_map_count(self->engine); }

static PyObject *hamt_compare(PyObject *left, PyObject *right, int operation) {
    bool comparable = Py_IS_TYPE(left, &HamtType) && Py_IS_TYPE(right, &HamtType);
    if (!comparable || (operation != Py_EQ && operation != Py_NE)) Py_RETURN_NOTIMPLEMENTED;
    int equal = ctxvars_map_equal(((HamtObject *)left)->engine, ((HamtObject *)right)->engine);
    return equal < 0 ? NULL : PyBool_FromLong(equal == (operation == Py_EQ));
}

// MARK: Changing

// The object for an engine's result: the same object where nothing changed. Takes over the reference to the result.
static PyObject *result_of(HamtObject *self, ctxvars_map *result) {
    if (result != self->engine) return hamt_from_engine(result);
    ctxvars_release(result);
    Py_INCREF(self);
    return (PyObject *)self;
}

static PyObject *hamt_set(HamtObject *self, PyObject *const *args, Py_ssize_t count) {
    if (!has_argument_count("set", count, 2, 2)) return NULL;
    ctxvars_map *result;
    return ctxvars_map_set(self->engine, args[0], args[1], &result) < 0 ? NULL : result_of(self, result);
}

static PyObject *hamt_delete(HamtObject *self, PyObject *key) {
    ctxvars_map *result;
    return ctxvars_map_remove(self->engine, key, &result) < 0 ? NULL : result_of(self, result);
}

// MARK: Iterating

static PyObject *hamt_keys(HamtObject *self, PyObject *Py_UNUSED(unused)) { return iterate_map(&KeysType, self); }

static PyObject *hamt_values(HamtObject *self, PyObject *Py_UNUSED(unused)) { return iterate_map(&ValuesType, self); }

static PyObject *hamt_items(HamtObject *self, PyObject *Py_UNUSED(unused)) { return iterate_map(&ItemsType, self); }

static PyObject *hamt_iter(HamtObject *self) { return iterate_map(&KeysType, self); }

// MARK: Type

static PyMethodDef methods[] = {
    {"set", (PyCFunction)(void (*)(void))hamt_set, METH_FASTCALL, "Return a map with a value for a key."},
    {"get", (PyCFunction)(void (*)(void))hamt_get, METH_FASTCALL, "Return the value of a key, or a default."},
    {"delete", (PyCFunction)hamt_delete, METH_O, "Return a map without a key."},
    {"keys", (PyCFunction)hamt_keys, METH_NOARGS, "Iterate over the keys."},
    {"values", (PyCFunction)hamt_values, METH_NOARGS, "Iterate over the values."},
    {"items", (PyCFunction)hamt_items, METH_NOARGS, "Iterate over both, in pairs."},
    {0},
};

static PyMappingMethods as_mapping = {
    .mp_length = (lenfunc)hamt_length,
    .mp_subscript = (binaryfunc)hamt_subscript,
};

static PySequenceMethods as_sequence = {.sq_contains = (objobjproc)hamt_contains};

PyTypeObject HamtType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "hamt",
    .tp_basicsize = sizeof(HamtObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = "A persistent map.",
    .tp_new = hamt_new,
    .tp_dealloc = (destructor)hamt_dealloc,
    .tp_traverse = (traverseproc)hamt_traverse,
    .tp_clear = (inquiry)hamt_clear,
    .tp_weaklistoffset = offsetof(HamtObject, weak_references),
    .tp_richcompare = hamt_compare,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_iter = (getiterfunc)hamt_iter,
    .tp_methods = methods,
    .tp_as_mapping = &as_mapping,
    .tp_as_sequence = &as_sequence,
};
