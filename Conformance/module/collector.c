// SPDX-License-Identifier: Apache-2.0
// How Python's cycle collector sees what the engine's objects hold.
//
// The collector works in passes over the objects under examination. One pass subtracts, from the reference count of each
// object, the references that the objects under examination have to it. Others follow what is reachable. Contexts, tokens,
// iterators and maps share storage of the engine, which holds a Python object once for all of them. So in the pass that
// subtracts, shared storage is visited by the last of its holders: it counts only where all holders are under
// examination. In the other passes, every holder reaches it. (See "Traversal" in contextvars.h.)
//
// Python does not tell a type which pass calls it. But each pass has a visit function of its own. `find_passes` sees once, at
// import, which one subtracts. Where that isn't clear, as it may be in some later Python, nothing that is shared is
// visited: that can keep garbage alive, but never ends what is in use.
#include "module.h"

#include <stdlib.h>

static visitproc subtracting_visit;

// MARK: Counting in one pass

// A hash table from addresses to numbers. Entries of an older pass are as good as empty.
typedef struct {
    const void *address;
    size_t count;
    size_t pass;
} entry;

static struct {
    entry *entries;
    // A power of two, or 0.
    size_t capacity;
    size_t used;
    size_t pass;
} table = {.pass = 1};

static entry *find(entry *entries, size_t capacity, const void *address) {
    size_t index = ((uintptr_t)address >> 4) * 0x9E3779B97F4A7C15u >> 20;
    for (;; index++) {
        entry *found = &entries[index & (capacity - 1)];
        if (found->pass != table.pass || found->address == address) return found;
    }
}

static bool grow(void) {
    size_t capacity = table.capacity ? table.capacity * 2 : 256;
    entry *entries = calloc(capacity, sizeof *entries);
    if (!entries) return false;
    for (size_t index = 0; index < table.capacity; index++) {
        entry *old = &table.entries[index];
        if (old->pass == table.pass) *find(entries, capacity, old->address) = *old;
    }
    free(table.entries);
    table.entries = entries;
    table.capacity = capacity;
    return true;
}

// Counts one more visit of an address in this pass and returns how many there were; 0 where memory is short.
static size_t count_visit(const void *address) {
    if (table.used * 2 >= table.capacity && !grow()) return 0;
    entry *found = find(table.entries, table.capacity, address);
    if (found->pass != table.pass) {
        *found = (entry){.address = address, .pass = table.pass};
        table.used++;
    }
    return ++found->count;
}

void end_collector_pass(void) {
    if (!table.used) return;
    table.used = 0;
    table.pass++;
}

// MARK: Visiting

typedef struct {
    visitproc visit;
    void *arg;
    bool subtracts;
} python_pass;

static int visit_object(void *object, void *argument) {
    python_pass *pass = argument;
    return pass->visit(object, pass->arg);
}

static int visit_shared(const void *storage, size_t references, void *argument) {
    python_pass *pass = argument;
    return !pass->subtracts || count_visit(storage) == references;
}

int traverse_engine(PyObject *self, engine_traverse traverse, void *handle, visitproc visit, void *arg) {
    python_pass pass = {.visit = visit, .arg = arg, .subtracts = visit == subtracting_visit};
    bool knows_passes = subtracting_visit != NULL;
    if (!pass.subtracts) {
        end_collector_pass();
    } else {
        // A pass comes to each object once: the second time is another pass.
        size_t visits = count_visit(self);
        if (visits > 1) {
            end_collector_pass();
            visits = count_visit(self);
        }
        if (visits == 0) knows_passes = false;
    }
    ctxvars_traversal traversal = {
        .visit = visit_object, .shared = knows_passes ? visit_shared : NULL, .argument = &pass};
    return traverse(handle, &traversal);
}

// MARK: Finding the passes

enum { calls_to_see = 2 };

static struct {
    visitproc visit;
    bool names_the_object;
} calls[calls_to_see];
static int call_count;

static int probe_traverse(PyObject *self, visitproc visit, void *arg) {
    if (call_count < calls_to_see) {
        calls[call_count].visit = visit;
        calls[call_count].names_the_object = arg == self;
    }
    call_count++;
    return 0;
}

static void probe_dealloc(PyObject *self) { PyObject_GC_Del(self); }

static PyTypeObject ProbeType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "_contextvars.probe",
    .tp_basicsize = sizeof(PyObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_dealloc = probe_dealloc,
    .tp_traverse = probe_traverse,
};

// Called when a collection begins or ends.
static PyObject *collection_changed(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(args)) {
    end_collector_pass();
    Py_RETURN_NONE;
}

static PyMethodDef callback = {"_collection_changed", collection_changed, METH_VARARGS, NULL};

static bool watch_collections(PyObject *gc) {
    PyObject *callbacks = PyObject_GetAttrString(gc, "callbacks");
    PyObject *function = PyCFunction_New(&callback, NULL);
    bool added = callbacks && function && PyList_Append(callbacks, function) == 0;
    Py_XDECREF(callbacks);
    Py_XDECREF(function);
    return added;
}

// Lets the collector examine an object that is in use. It must subtract first (and tells the visit function which object
// it is at), and find the object reachable with another function then.
bool find_passes(void) {
    if (PyType_Ready(&ProbeType) < 0) return false;
    PyObject *gc = PyImport_ImportModule("gc");
    PyObject *probe = gc ? PyObject_GC_New(PyObject, &ProbeType) : NULL;
    bool watches = probe && watch_collections(gc);
    PyObject *result = NULL;
    if (watches) {
        PyObject_GC_Track(probe);
        result = PyObject_CallMethod(gc, "collect", "i", 0);
        PyObject_GC_UnTrack(probe);
    }
    bool is_clear = call_count == calls_to_see && calls[0].visit != calls[1].visit && calls[0].names_the_object
        && !calls[1].names_the_object;
    if (result && is_clear) subtracting_visit = calls[0].visit;
    bool done = result != NULL;
    Py_XDECREF(result);
    Py_XDECREF(probe);
    Py_XDECREF(gc);
    return done;
}

bool sees_shared_storage(void) { return subtracting_visit != NULL; }
