// SPDX-License-Identifier: Apache-2.0
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

static bool add_type(PyObject *module, const char *name, PyTypeObject *type) {
    if (PyType_Ready(type) < 0) return false;
    if (!name) return true;
    Py_INCREF(type);
    if (PyModule_AddObject(module, name, (PyObject *)type) == 0) return true;
    Py_DECREF(type);
    return false;
}

static bool add_missing(void) {
    if (PyDict_GetItemString(TokenType.tp_dict, "MISSING")) return true;
    PyObject *missing = new_missing();
    if (!missing) return false;
    bool added = PyDict_SetItemString(TokenType.tp_dict, "MISSING", missing) == 0;
    Py_DECREF(missing);
    PyType_Modified(&TokenType);
    return added;
}

// Since 3.14, a context is a mapping for `isinstance` too.
static bool register_mapping(void) {
    PyObject *abstract = PyImport_ImportModule("collections.abc");
    PyObject *mapping = abstract ? PyObject_GetAttrString(abstract, "Mapping") : NULL;
    PyObject *registered = mapping ? PyObject_CallMethod(mapping, "register", "O", &ContextType) : NULL;
    Py_XDECREF(abstract);
    Py_XDECREF(mapping);
    Py_XDECREF(registered);
    return registered != NULL;
}

// Called for each interpreter that imports the module.
static int set_up(PyObject *module) {
    // A thread's record, and with it what is current there, would be the same in both interpreters.
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        PyErr_SetString(
            PyExc_ImportError, "swift-contextvars serves the main interpreter only; import _contextvars there");
        return -1;
    }
    // The module can be loaded again; what it has told the engine and seen of the collector stays.
    if (!python && !find_passes()) return -1;
    if (!python) python = ctxvars_embedder_new(&callbacks);
    bool complete =
        add_type(module, "Context", &ContextType) && add_type(module, "ContextVar", &VarType)
        && add_type(module, "Token", &TokenType) && add_type(module, "_hamt", &HamtType)
        && add_type(module, NULL, &MissingType) && add_type(module, NULL, &KeysType)
        && add_type(module, NULL, &ValuesType) && add_type(module, NULL, &ItemsType) && add_missing()
        && register_mapping() && PyModule_AddStringConstant(module, "__engine__", ctxvars_engine()) == 0
        && PyModule_AddIntConstant(module, "_sees_shared_storage", sees_shared_storage()) == 0;
    return complete ? 0 : -1;
}

// In two phases: of a module of one phase, an older subinterpreter gets the main interpreter's copy, unasked.
static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, set_up},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    {0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_contextvars",
    .m_doc = "Context variables, served by swift-contextvars.",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__contextvars(void) { return PyModuleDef_Init(&definition); }
