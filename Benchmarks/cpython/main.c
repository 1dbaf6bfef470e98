// SPDX-License-Identifier: Apache-2.0
// Measures CPython on request: reads lines "OPERATION COUNT", answers each with one line of JSON.
//
// A process that answers, not one that measures by itself: so its batches come by turns with ours.
// With --count-heap it counts allocations and live bytes instead of time, in a separate process, since counting costs time.

#include <inttypes.h>
#include <stdint.h>
#include <time.h>

#include "operations.h"

static bool counts_heap;
static int64_t started, nanoseconds, allocations, live_bytes, measured_count;
static int64_t allocations_before, bytes_before, allocations_now, bytes_now;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void begin_measurement(void) {
    allocations_before = allocations_now;
    bytes_before = bytes_now;
    started = now();
}

void end_measurement(long long count) {
    nanoseconds = now() - started;
    allocations = allocations_now - allocations_before;
    live_bytes = bytes_now - bytes_before;
    measured_count = count;
}

// Python's allocator of objects, with the size of each block kept before it, to know it when the block is freed. Only
// the size that the block would have without that is counted: Python rounds up to 16 bytes.
static PyMemAllocatorEx inner;
enum { header = 16 };

static int64_t rounded(size_t size) { return (int64_t)((size + 15) / 16 * 16); }

static void *counted(char *block, size_t size) {
    if (!block) return NULL;
    *(size_t *)block = size;
    allocations_now++;
    bytes_now += rounded(size);
    return block + header;
}

static void *heap_malloc(void *context, size_t size) { return counted(inner.malloc(context, size + header), size); }

static void *heap_calloc(void *context, size_t count, size_t size) {
    return counted(inner.calloc(context, 1, count * size + header), count * size);
}

static void heap_free(void *context, void *block) {
    if (!block) return;
    char *start = (char *)block - header;
    bytes_now -= rounded(*(size_t *)start);
    inner.free(context, start);
}

static void *heap_realloc(void *context, void *block, size_t size) {
    if (!block) return heap_malloc(context, size);
    char *start = (char *)block - header;
    int64_t old = rounded(*(size_t *)start);
    start = inner.realloc(context, start, size + header);
    if (start) bytes_now -= old;
    return counted(start, size);
}

static void count_heap(void) {
    PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &inner);
    PyMemAllocatorEx outer = {inner.ctx, heap_malloc, heap_calloc, heap_realloc, heap_free};
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &outer);
}

static void answer_error(const char *operation) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *text = value ? PyObject_Str(value) : NULL;
    const char *message = text ? PyUnicode_AsUTF8(text) : NULL;
    printf("{\"op\": \"%s\", \"error\": \"%s\"}\n", operation, message ? message : "unknown operation");
}

static void answer(const char *name, long long count) {
    for (int index = 0; index < operation_count; index++) {
        if (strcmp(operations[index].name, name) != 0) continue;
        if (!operations[index].run(count)) break;
        printf("{\"op\": \"%s\", \"operations\": %" PRId64 ", ", name, measured_count);
        if (counts_heap) {
            printf("\"allocations\": %" PRId64 ", \"live_bytes\": %" PRId64 "}\n", allocations, live_bytes);
        } else {
            printf("\"ns\": %" PRId64 "}\n", nanoseconds);
        }
        return;
    }
    answer_error(name);
}

int main(int argc, char **argv) {
    counts_heap = argc > 1 && strcmp(argv[1], "--count-heap") == 0;
    PyPreConfig configuration;
    PyPreConfig_InitPythonConfig(&configuration);
    if (PyStatus_Exception(Py_PreInitialize(&configuration))) return 1;
    if (counts_heap) count_heap();
    Py_InitializeEx(0);
    printf("{\"version\": \"%s\"}\n", PY_VERSION);
    fflush(stdout);

    char name[64];
    long long count;
    while (scanf("%63s %lld", name, &count) == 2) {
        answer(name, count);
        fflush(stdout);
    }
    return 0;
}
