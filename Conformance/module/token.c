// SPDX-License-Identifier: Apache-2.0
// contextvars.Token and Token.MISSING
#include "module.h"

PyObject *token_from_engine(ctxvars_token *engine, VarObject *var) {
    TokenObject *self = PyObject_GC_New(TokenObject, &TokenType);
    if (!self) {
        ctxvars_release(engine);
        return NULL;
    }
    Py_INCREF(var);
    self->engine = engine;
    self->var = var;
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static PyObject *token_new(PyTypeObject *Py_UNUSED(type), PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs)) {
    PyErr_SetString(PyExc_RuntimeError, "Tokens can only be created by ContextVars");
    return NULL;
}

// MARK: Life

static int traverse_handle(void *handle, const ctxvars_traversal *traversal) {
    return ctxvars_token_traverse(handle, traversal);
}

static int token_traverse(TokenObject *self, visitproc visit, void *arg) {
    Py_VISIT(self->var);
    if (!self->engine) return 0;
    return traverse_engine((PyObject *)self, traverse_handle, self->engine, visit, arg);
}

static int token_clear(TokenObject *self) {
    ctxvars_token *engine = self->engine;
    self->engine = NULL;
    ctxvars_release(engine);
    Py_CLEAR(self->var);
    return 0;
}

static void token_dealloc(TokenObject *self) {
    PyObject_GC_UnTrack(self);
    end_collector_pass();
    Py_TRASHCAN_BEGIN(self, token_dealloc)
    token_clear(self);
    PyObject_GC_Del(self);
    Py_TRASHCAN_END
}

static PyObject *token_repr(TokenObject *self) {
    const char *used = self->engine && !ctxvars_token_is_used(self->engine) ? "" : " used";
    return PyUnicode_FromFormat("<Token%s var=%R at %p>", used, self->var ? (PyObject *)self->var : Py_None, self);
}

// MARK: Attributes

static PyObject *token_var(TokenObject *self, void *Py_UNUSED(closure)) {
    PyObject *var = self->var ? (PyObject *)self->var : Py_None;
    Py_INCREF(var);
    return var;
}

static PyObject *token_old_value(TokenObject *self, void *Py_UNUSED(closure)) {
    void *value = NULL;
    if (self->engine && ctxvars_token_old_value(self->engine, &value)) return value;
    return PyObject_GetAttrString((PyObject *)&TokenType, "MISSING");
}

// MARK: As a scope (3.14)

static PyObject *token_enter(PyObject *self, PyObject *Py_UNUSED(unused)) {
    Py_INCREF(self);
    return self;
}

static PyObject *token_exit(TokenObject *self, PyObject *const *Py_UNUSED(args), Py_ssize_t count) {
    if (!has_argument_count("__exit__", count, 3, 3)) return NULL;
    if (!self->var) {
        PyErr_SetString(PyExc_RuntimeError, "the token has been cleared");
        return NULL;
    }
    if (!reset_var(self->var, self)) return NULL;
    Py_RETURN_NONE;
}

// MARK: Types

static PyGetSetDef attributes[] = {
    {"var", (getter)token_var, NULL, "The variable that was set.", NULL},
    {"old_value", (getter)token_old_value, NULL, "What it had before, or Token.MISSING.", NULL},
    {0},
};

static PyMethodDef methods[] = {
    {"__enter__", token_enter, METH_NOARGS, "Return the token."},
    {"__exit__", (PyCFunction)(void (*)(void))token_exit, METH_FASTCALL, "Restore what the variable had before."},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, "For type hints: the class with a type in brackets."},
    {0},
};

PyTypeObject TokenType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = TYPE_NAME("Token"),
    .tp_basicsize = sizeof(TokenObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = "What setting a variable gives back, to restore it.",
    .tp_new = token_new,
    .tp_dealloc = (destructor)token_dealloc,
    .tp_traverse = (traverseproc)token_traverse,
    .tp_clear = (inquiry)token_clear,
    .tp_hash = PyObject_HashNotImplemented,
    .tp_repr = (reprfunc)token_repr,
    .tp_getset = attributes,
    .tp_methods = methods,
};

static PyObject *missing_repr(PyObject *Py_UNUSED(self)) { return PyUnicode_FromString("<Token.MISSING>"); }

PyTypeObject MissingType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "Token.MISSING",
    .tp_basicsize = sizeof(PyObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_repr = missing_repr,
};

PyObject *new_missing(void) { return PyObject_New(PyObject, &MissingType); }
