// The module and what it tells the engine of Python's objects.
#include "module.h"

// MARK: Python as an embedder of the engine

ctxvars_embedder *python;

static void retain_object(void *object, void *Py_UNUSED(user_data)) { Py_INCREF((PyObject *)object); }

static void release_object(void *object, void *Py_UNUSED(user_data)) { Py_DECREF((PyObject *)object); }

static int hash_object(void *key, intptr_t *hash, void *Py_UNUSED(user_data)) {
    *hash = PyObject_Hash(key);
    return *hash == -1 ? -1 : 0;
}

static int objects_are_equal(void *left, void *right, void *Py_UNUSED(user_data)) {
    return PyObject_RichCompareBool(left, right, Py_EQ);
}

static const ctxvars_callbacks callbacks = {
    .retain = retain_object,
    .release = release_object,
    .hash = hash_object,
    .equal = objects_are_equal,
};

// MARK: Helpers

bool has_argument_count(const char *method, Py_ssize_t count, Py_ssize_t min, Py_ssize_t max) {
    if (min <= count && count <= max) return true;
    Py_ssize_t bound = count < min ? min : max;
    const char *qualifier = min == max ? "" : count < min ? "at least " : "at most ";
    PyErr_Format(
        PyExc_TypeError, "%s expected %s%zd argument%s, got %zd", method, qualifier, bound, bound == 1 ? "" : "s", count);
    return false;
}

// MARK: The module

static PyObject *copy_context(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    thread_record *thread = current_thread();
    return thread ? context_from_engine(ctxvars_state_copy_context(thread->state)) : NULL;
}

static PyMethodDef functions[] = {
    {"copy_context", copy_context, METH_NOARGS, "Return a copy of the current context."},
    {"_add_watcher", add_watcher, METH_O, "Have a function called with each context that becomes current."},
    {"_clear_watcher", clear_watcher, METH_O, "End a watcher, given by the number that _add_watcher returned."},
    {0},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_contextvars",
    .m_doc = "Context variables, served by swift-contextvars.",
    // One engine state per thread and static types: for one interpreter in a process.
    .m_size = -1,
    .m_methods = functions,
};

static bool add_type(PyObject *module, const char *name, PyTypeObject *type) {
    if (PyType_Ready(type) < 0) return false;
    if (!name) return true;
    Py_INCREF(type);
    if (PyModule_AddObject(module, name, (PyObject *)type) == 0) return true;
    Py_DECREF(type);
    return false;
}

static bool add_missing(void) {
    PyObject *missing = new_missing();
    if (!missing) return false;
    bool added = PyDict_SetItemString(TokenType.tp_dict, "MISSING", missing) == 0;
    Py_DECREF(missing);
    PyType_Modified(&TokenType);
    return added;
}

PyMODINIT_FUNC PyInit__contextvars(void) {
    PyObject *module = PyModule_Create(&definition);
    if (!module) return NULL;
    python = ctxvars_embedder_new(&callbacks);
    if (find_passes() && add_type(module, "Context", &ContextType) && add_type(module, "ContextVar", &VarType)
        && add_type(module, "Token", &TokenType) && add_type(module, "_hamt", &HamtType)
        && add_type(module, NULL, &MissingType) && add_type(module, NULL, &KeysType)
        && add_type(module, NULL, &ValuesType) && add_type(module, NULL, &ItemsType) && add_missing()
        && PyModule_AddStringConstant(module, "__engine__", ctxvars_engine()) == 0
        && PyModule_AddIntConstant(module, "_sees_shared_storage", sees_shared_storage()) == 0)
        return module;
    Py_DECREF(module);
    return NULL;
}
