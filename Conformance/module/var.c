// SPDX-License-Identifier: Apache-2.0
// contextvars.ContextVar
#include "module.h"

#include <stddef.h>
#include <structmember.h>

// The engine's own name is for its messages, in UTF-8; Python sees the object that it gave.
static ctxvars_var *engine_var(VarObject *self) {
    PyObject *name = PyUnicode_AsEncodedString(self->name, "utf-8", "backslashreplace");
    if (!name) return NULL;
    ctxvars_var *engine = ctxvars_var_new(python, PyBytes_AS_STRING(name), NULL, self);
    Py_DECREF(name);
    return engine;
}

static PyObject *var_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *kwargs) {
    static char *names[] = {"", "default", NULL};
    PyObject *name, *default_value = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$O:ContextVar", names, &name, &default_value)) return NULL;
    if (!PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "context variable name must be a str");
        return NULL;
    }
    // CPython mixes the name's hash into the variable's. Here it isn't used, but a subclass of str may not have one.
    if (PyObject_Hash(name) == -1) return NULL;
    VarObject *self = PyObject_GC_New(VarObject, &VarType);
    if (!self) return NULL;
    Py_INCREF(name);
    Py_XINCREF(default_value);
    self->name = name;
    self->default_value = default_value;
    self->engine = NULL;
    PyObject_GC_Track(self);
    self->engine = engine_var(self);
    if (!self->engine) Py_CLEAR(self);
    return (PyObject *)self;
}

// MARK: Life

static int var_traverse(VarObject *self, visitproc visit, void *arg) {
    Py_VISIT(self->name);
    Py_VISIT(self->default_value);
    return 0;
}

static int var_clear(VarObject *self) {
    Py_CLEAR(self->name);
    Py_CLEAR(self->default_value);
    return 0;
}

static void var_dealloc(VarObject *self) {
    PyObject_GC_UnTrack(self);
    var_clear(self);
    ctxvars_release(self->engine);
    PyObject_GC_Del(self);
}

static PyObject *var_repr(VarObject *self) {
    PyObject *name = self->name ? self->name : Py_None;
    if (!self->default_value) return PyUnicode_FromFormat("<ContextVar name=%R at %p>", name, self);
    return PyUnicode_FromFormat("<ContextVar name=%R default=%R at %p>", name, self->default_value, self);
}

// MARK: Values

static PyObject *var_get(VarObject *self, PyObject *const *args, Py_ssize_t count) {
    if (!has_argument_count("get", count, 0, 1)) return NULL;
    thread_record *thread = current_thread();
    if (!thread) return NULL;
    void *value = NULL;
    if (ctxvars_var_get(thread->state, self->engine, &value)) return value;
    // The call's default comes before the variable's own.
    PyObject *fallback = count ? args[0] : self->default_value;
    if (!fallback) {
        PyErr_SetObject(PyExc_LookupError, (PyObject *)self);
        return NULL;
    }
    Py_INCREF(fallback);
    return fallback;
}

static PyObject *var_set(VarObject *self, PyObject *value) {
    thread_record *thread = current_thread();
    return thread ? token_from_engine(ctxvars_var_set(thread->state, self->engine, value), self) : NULL;
}

bool reset_var(VarObject *self, TokenObject *token) {
    thread_record *thread = current_thread();
    if (!thread) return false;
    int error = token->engine ? ctxvars_var_reset(thread->state, self->engine, token->engine) : CTXVARS_TOKEN_USED;
    switch (error) {
    case CTXVARS_OK:
        return true;
    case CTXVARS_TOKEN_USED:
        PyErr_Format(PyExc_RuntimeError, "%R has already been used once", token);
        return false;
    case CTXVARS_TOKEN_FROM_DIFFERENT_VAR:
        PyErr_Format(PyExc_ValueError, "%R was created by a different ContextVar", token);
        return false;
    case CTXVARS_TOKEN_FROM_DIFFERENT_CONTEXT:
        PyErr_Format(PyExc_ValueError, "%R was created in a different Context", token);
        return false;
    default:
        PyErr_SetString(PyExc_SystemError, ctxvars_error_message(error));
        return false;
    }
}

static PyObject *var_reset(VarObject *self, PyObject *token) {
    if (!Py_IS_TYPE(token, &TokenType)) {
        PyErr_Format(PyExc_TypeError, "expected an instance of Token, got %R", token);
        return NULL;
    }
    if (!reset_var(self, (TokenObject *)token)) return NULL;
    Py_RETURN_NONE;
}

// MARK: Type

static PyMemberDef members[] = {
    {"name", T_OBJECT, offsetof(VarObject, name), READONLY, "The name given at creation."},
    {0},
};

static PyMethodDef methods[] = {
    {"get", (PyCFunction)(void (*)(void))var_get, METH_FASTCALL, "Return the value in the current context."},
    {"set", (PyCFunction)var_set, METH_O, "Set the value in the current context; return a token."},
    {"reset", (PyCFunction)var_reset, METH_O, "Restore what a token holds."},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "For type hints: the class with a type in brackets."},
    {0},
};

PyTypeObject VarType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = TYPE_NAME("ContextVar"),
    .tp_basicsize = sizeof(VarObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = "A variable whose value depends on the context.",
    .tp_new = var_new,
    .tp_dealloc = (destructor)var_dealloc,
    .tp_traverse = (traverseproc)var_traverse,
    .tp_clear = (inquiry)var_clear,
    .tp_repr = (reprfunc)var_repr,
    .tp_members = members,
    .tp_methods = methods,
};
