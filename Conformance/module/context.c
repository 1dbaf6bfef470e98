// SPDX-License-Identifier: Apache-2.0
// contextvars.Context
#include "module.h"

#include <stddef.h>

PyObject *context_from_engine(ctxvars_context *engine) {
    ContextObject *self = PyObject_GC_New(ContextObject, &ContextType);
    if (!self) {
        ctxvars_release(engine);
        return NULL;
    }
    self->engine = engine;
    self->weak_references = NULL;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static PyObject *context_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *kwargs) {
    if (PyTuple_GET_SIZE(args) || (kwargs && PyDict_GET_SIZE(kwargs))) {
        PyErr_SetString(PyExc_TypeError, "Context() does not accept any arguments");
        return NULL;
    }
    return context_from_engine(ctxvars_context_new());
}

// MARK: Life

static int traverse_handle(void *handle, const ctxvars_traversal *traversal) {
    return ctxvars_context_traverse(handle, traversal);
}

static int context_traverse(ContextObject *self, visitproc visit, void *arg) {
    return traverse_engine((PyObject *)self, traverse_handle, self->engine, visit, arg);
}

static int context_clear(ContextObject *self) {
    // The object may still be used by what else is cleared, so it becomes an empty context.
    ctxvars_context *engine = self->engine;
    self->engine = ctxvars_context_new();
    ctxvars_release(engine);
    return 0;
}

static void context_dealloc(ContextObject *self) {
    PyObject_GC_UnTrack(self);
    end_collector_pass();
    // Contexts in contexts in contexts: the trash can keeps their end from using up the stack.
    Py_TRASHCAN_BEGIN(self, context_dealloc)
    if (self->weak_references) PyObject_ClearWeakRefs((PyObject *)self);
    ctxvars_release(self->engine);
    PyObject_GC_Del(self);
    Py_TRASHCAN_END
}

// MARK: As a mapping

static bool is_var(PyObject *key) {
    if (Py_IS_TYPE(key, &VarType)) return true;
    PyErr_Format(PyExc_TypeError, "a ContextVar key was expected, got %R", key);
    return false;
}

// The value, or NULL without an exception where the variable isn't set.
static PyObject *value_of(ContextObject *self, PyObject *var) {
    void *value = NULL;
    ctxvars_context_get(self->engine, ((VarObject *)var)->engine, &value);
    return value;
}

static PyObject *context_subscript(ContextObject *self, PyObject *key) {
    if (!is_var(key)) return NULL;
    PyObject *value = value_of(self, key);
    if (!value) PyErr_SetObject(PyExc_KeyError, key);
    return value;
}

static int context_contains(ContextObject *self, PyObject *key) {
    return is_var(key) ? ctxvars_context_get(self->engine, ((VarObject *)key)->engine, NULL) : -1;
}

static Py_ssize_t context_length(ContextObject *self) { return (Py_ssize_t)ctxvars_context_count(self->engine); }

static PyObject *context_get(ContextObject *self, PyObject *const *args, Py_ssize_t count) {
    if (!has_argument_count("get", count, 1, 2) || !is_var(args[0])) return NULL;
    PyObject *value = value_of(self, args[0]);
    if (value) return value;
    PyObject *fallback = count > 1 ? args[1] : Py_None;
    Py_INCREF(fallback);
    return fallback;
}

static PyObject *context_keys(ContextObject *self, PyObject *Py_UNUSED(unused)) {
    return iterate_context(&KeysType, self);
}

static PyObject *context_values(ContextObject *self, PyObject *Py_UNUSED(unused)) {
    return iterate_context(&ValuesType, self);
}

static PyObject *context_items(ContextObject *self, PyObject *Py_UNUSED(unused)) {
    return iterate_context(&ItemsType, self);
}

static PyObject *context_iter(ContextObject *self) { return iterate_context(&KeysType, self); }

static PyObject *context_compare(PyObject *left, PyObject *right, int operation) {
    bool comparable = Py_IS_TYPE(left, &ContextType) && Py_IS_TYPE(right, &ContextType);
    if (!comparable || (operation != Py_EQ && operation != Py_NE)) Py_RETURN_NOTIMPLEMENTED;
    int equal = ctxvars_context_equal(((ContextObject *)left)->engine, ((ContextObject *)right)->engine);
    return equal < 0 ? NULL : PyBool_FromLong(equal == (operation == Py_EQ));
}

// MARK: Running and copying

static PyObject *context_copy(ContextObject *self, PyObject *Py_UNUSED(unused)) {
    return context_from_engine(ctxvars_context_copy(self->engine));
}

static PyObject *context_run(ContextObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    if (count < 1) {
        PyErr_SetString(PyExc_TypeError, "run() missing 1 required positional argument");
        return NULL;
    }
    thread_record *thread = current_thread();
    if (!thread) return NULL;

    // Before `enter` and after `exit` respectively, because watchers look the context up here.
    run_frame frame = {.context = self, .outer = thread->innermost};
    thread->innermost = &frame;
    if (ctxvars_state_enter(thread->state, self->engine) != CTXVARS_OK) {
        thread->innermost = frame.outer;
        PyErr_Format(PyExc_RuntimeError, "cannot enter context: %R is already entered", self);
        return NULL;
    }
    PyObject *result = PyObject_Vectorcall(args[0], args + 1, (size_t)(count - 1), names);
    thread->innermost = frame.outer;
    int error = ctxvars_state_exit(thread->state, self->engine);
    if (error != CTXVARS_OK) {
        Py_CLEAR(result);
        PyErr_SetString(PyExc_RuntimeError, ctxvars_error_message(error));
    }
    return result;
}

// MARK: Type

static PyMethodDef methods[] = {
    {"run", (PyCFunction)(void (*)(void))context_run, METH_FASTCALL | METH_KEYWORDS, "Call a function in the context."},
    {"copy", (PyCFunction)context_copy, METH_NOARGS, "Return a copy of the context."},
    {"get", (PyCFunction)(void (*)(void))context_get, METH_FASTCALL, "Return a variable's value, or a default."},
    {"keys", (PyCFunction)context_keys, METH_NOARGS, "Iterate over the variables that are set."},
    {"values", (PyCFunction)context_values, METH_NOARGS, "Iterate over their values."},
    {"items", (PyCFunction)context_items, METH_NOARGS, "Iterate over both, in pairs."},
    {0},
};

static PyMappingMethods as_mapping = {
    .mp_length = (lenfunc)context_length,
    .mp_subscript = (binaryfunc)context_subscript,
};

static PySequenceMethods as_sequence = {.sq_contains = (objobjproc)context_contains};

PyTypeObject ContextType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = TYPE_NAME("Context"),
    .tp_basicsize = sizeof(ContextObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = "The values of some context variables, in which code can run.",
    .tp_new = context_new,
    .tp_dealloc = (destructor)context_dealloc,
    .tp_traverse = (traverseproc)context_traverse,
    .tp_clear = (inquiry)context_clear,
    .tp_weaklistoffset = offsetof(ContextObject, weak_references),
    .tp_richcompare = context_compare,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_iter = (getiterfunc)context_iter,
    .tp_methods = methods,
    .tp_as_mapping = &as_mapping,
    .tp_as_sequence = &as_sequence,
};
