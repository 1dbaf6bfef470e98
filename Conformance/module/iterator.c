// SPDX-License-Identifier: Apache-2.0
// What Context.keys(), .values() and .items() give, and those of hamt: iterators that know how many things there were.
#include "module.h"

typedef struct {
    PyObject_HEAD
    // One of them is NULL; both are once the cycle collector has cleared the iterator.
    ctxvars_context_iterator *context;
    ctxvars_map_iterator *map;
    Py_ssize_t count;
} IteratorObject;

static PyObject *new_iterator(
    PyTypeObject *type, ctxvars_context_iterator *context, ctxvars_map_iterator *map, size_t count) {
    IteratorObject *self = PyObject_GC_New(IteratorObject, type);
    if (!self) {
        ctxvars_release(context);
        ctxvars_release(map);
        return NULL;
    }
    self->context = context;
    self->map = map;
    self->count = (Py_ssize_t)count;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

PyObject *iterate_context(PyTypeObject *type, ContextObject *context) {
    return new_iterator(type, ctxvars_context_iterate(context->engine), NULL, ctxvars_context_count(context->engine));
}

PyObject *iterate_map(PyTypeObject *type, HamtObject *map) {
    return new_iterator(type, NULL, ctxvars_map_iterate(map->engine), ctxvars_map_count(map->engine));
}

// MARK: Life

static int traverse_context(void *handle, const ctxvars_traversal *traversal) {
    return ctxvars_context_iterator_traverse(handle, traversal);
}

static int traverse_map(void *handle, const ctxvars_traversal *traversal) {
    return ctxvars_map_iterator_traverse(handle, traversal);
}

static int iterator_traverse(IteratorObject *self, visitproc visit, void *arg) {
    if (self->context) return traverse_engine((PyObject *)self, traverse_context, self->context, visit, arg);
    return self->map ? traverse_engine((PyObject *)self, traverse_map, self->map, visit, arg) : 0;
}

static int iterator_clear(IteratorObject *self) {
    ctxvars_context_iterator *context = self->context;
    ctxvars_map_iterator *map = self->map;
    self->context = NULL;
    self->map = NULL;
    ctxvars_release(context);
    ctxvars_release(map);
    return 0;
}

static void iterator_dealloc(IteratorObject *self) {
    PyObject_GC_UnTrack(self);
    end_collector_pass();
    iterator_clear(self);
    PyObject_GC_Del(self);
}

// MARK: The next thing

// Writes new references and returns whether there was one.
static bool next_pair(IteratorObject *self, PyObject **key, PyObject **value) {
    void *engine_key, *engine_value;
    if (self->context) {
        ctxvars_var *var;
        if (!ctxvars_context_iterator_next(self->context, &var, &engine_value)) return false;
        // The variable's Python object: alive, because the stored value retains it.
        engine_key = ctxvars_var_owner(var);
        Py_INCREF((PyObject *)engine_key);
        ctxvars_release(var);
    } else if (!self->map || !ctxvars_map_iterator_next(self->map, &engine_key, &engine_value)) {
        return false;
    }
    *key = engine_key;
    *value = engine_value;
    return true;
}

static PyObject *next_key(IteratorObject *self) {
    PyObject *key, *value;
    if (!next_pair(self, &key, &value)) return NULL;
    Py_DECREF(value);
    return key;
}

static PyObject *next_value(IteratorObject *self) {
    PyObject *key, *value;
    if (!next_pair(self, &key, &value)) return NULL;
    Py_DECREF(key);
    return value;
}

static PyObject *next_item(IteratorObject *self) {
    PyObject *key, *value;
    if (!next_pair(self, &key, &value)) return NULL;
    PyObject *item = PyTuple_Pack(2, key, value);
    Py_DECREF(key);
    Py_DECREF(value);
    return item;
}

// MARK: Types

static Py_ssize_t iterator_length(IteratorObject *self) { return self->count; }

static PyMappingMethods as_mapping = {.mp_length = (lenfunc)iterator_length};

#define ITERATOR_TYPE(name, next)                                                                                      \
    {                                                                                                                  \
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = name, .tp_basicsize = sizeof(IteratorObject),                         \
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_dealloc = (destructor)iterator_dealloc,               \
        .tp_traverse = (traverseproc)iterator_traverse, .tp_clear = (inquiry)iterator_clear,                           \
        .tp_as_mapping = &as_mapping, .tp_iter = PyObject_SelfIter, .tp_iternext = (iternextfunc)next,                 \
    }

PyTypeObject KeysType = ITERATOR_TYPE("keys", next_key);
PyTypeObject ValuesType = ITERATOR_TYPE("values", next_value);
PyTypeObject ItemsType = ITERATOR_TYPE("items", next_item);
