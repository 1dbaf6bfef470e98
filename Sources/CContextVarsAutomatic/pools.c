// SPDX-License-Identifier: Apache-2.0
// A pool is known by the code that starts its threads.
//
// Where that code is in a library that has nothing but the pool, such as libdispatch.so, the library tells. Where it is
// linked into the executable, as SwiftNIO always is and libdispatch is in a static program, the names of functions tell.
// Some of these aren't exported: their names are in the file's symbol table, which isn't loaded. So each file is read once,
// when a thread is first started from it in a context, and only the list of address ranges is kept.

#define _GNU_SOURCE
#include "pools.h"

#include "boundary.h"

#if CONTEXTVARS_CAN_INTERPOSE
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unwind.h>

/// The code from `start` up to `end`.
typedef struct range {
    uintptr_t start, end;
} range;

/// What is known of the executable or of a library.
typedef struct object {
    uintptr_t base;
    bool has_symbols;
    size_t count;
    /// Functions of pools, by address.
    range *pools;
    struct object *next;
} object;

/// All that have been read: a list that only ever grows. It has no lock, which a child of `fork` might find taken for good.
static _Atomic(object *) objects;

// MARK: Names

static bool begins_with(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

/// Whether a function starts threads of a pool only: libdispatch's, the Swift runtime's C++, the module NIOPosix.
static bool is_pool_function(const char *name) {
    return begins_with(name, "_dispatch_") || begins_with(name, "_ZN5swift") || begins_with(name, "$s8NIOPosix");
}

/// Whether a library has no other threads than a pool's.
static bool is_pool_library(const char *path) {
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    return begins_with(name, "libdispatch.") || begins_with(name, "libswift");
}

// MARK: Symbol tables

/// Notes the ranges of pool functions in a file's symbol table; there is one at most. The file is mapped at `file`.
static void read_symbols(object *object, const char *file, size_t size) {
    const ElfW(Ehdr) *header = (const void *)file;
    if (size < sizeof *header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return;
    if (header->e_shoff == 0 || header->e_shoff + header->e_shnum * sizeof(ElfW(Shdr)) > size) return;
    const ElfW(Shdr) *sections = (const void *)(file + header->e_shoff);
    for (unsigned index = 0; index < header->e_shnum; index++) {
        const ElfW(Shdr) *table = &sections[index];
        if (table->sh_type != SHT_SYMTAB || table->sh_link >= header->e_shnum) continue;
        const ElfW(Shdr) *strings = &sections[table->sh_link];
        if (table->sh_offset + table->sh_size > size || strings->sh_offset + strings->sh_size > size) return;
        const ElfW(Sym) *symbols = (const void *)(file + table->sh_offset);
        size_t count = table->sh_size / sizeof *symbols, capacity = 0;
        object->has_symbols = true;
        for (size_t symbol = 0; symbol < count; symbol++) {
            const ElfW(Sym) *function = &symbols[symbol];
            if ((function->st_info & 0xf) != STT_FUNC || function->st_size == 0) continue;
            if (function->st_name >= strings->sh_size) continue;
            if (!is_pool_function(file + strings->sh_offset + function->st_name)) continue;
            if (object->count == capacity) {
                capacity = capacity ? capacity * 2 : 1024;
                range *grown = realloc(object->pools, capacity * sizeof *grown);
                if (!grown) return;
                object->pools = grown;
            }
            uintptr_t start = object->base + function->st_value;
            object->pools[object->count++] = (range){start, start + function->st_size};
        }
        return;
    }
}

static int compare_ranges(const void *left, const void *right) {
    uintptr_t first = ((const range *)left)->start, second = ((const range *)right)->start;
    return first < second ? -1 : first > second;
}

static object *read_object(uintptr_t base, const char *path) {
    object *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    made->base = base;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return made;
    struct stat status;
    if (fstat(descriptor, &status) == 0 && status.st_size > 0) {
        size_t size = (size_t)status.st_size;
        void *file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (file != MAP_FAILED) {
            read_symbols(made, file, size);
            if (made->count) qsort(made->pools, made->count, sizeof *made->pools, compare_ranges);
            munmap(file, size);
        }
    }
    close(descriptor);
    return made;
}

/// What is known of the object that is loaded at an address.
static const object *object_at(uintptr_t base, const char *path) {
    for (object *known = atomic_load_explicit(&objects, memory_order_acquire); known; known = known->next) {
        if (known->base == base) return known;
    }
    object *made = read_object(base, path);
    if (!made) return NULL;
    // Two threads may read one object at once, and list it twice.
    made->next = atomic_load_explicit(&objects, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(
        &objects, &made->next, made, memory_order_release, memory_order_relaxed)) {}
    return made;
}

/// Where an address is.
typedef struct place {
    uintptr_t address;
    /// The object's, or NULL for code that is in none.
    const char *path;
    uintptr_t base;
    bool is_executable;
    /// How many objects came before: the executable comes first, by no name that can be relied upon.
    int index;
} place;

static int find_object(struct dl_phdr_info *info, size_t size, void *argument) {
    place *place = argument;
    for (int index = 0; index < info->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[index];
        uintptr_t offset = place->address - info->dlpi_addr - segment->p_vaddr;
        if (segment->p_type != PT_LOAD || offset >= segment->p_memsz) continue;
        place->is_executable = place->index == 0;
        place->path = place->is_executable ? "/proc/self/exe" : info->dlpi_name;
        place->base = info->dlpi_addr;
        return 1;
    }
    place->index++;
    return 0;
}

/// `dladdr` would also look for the nearest symbol, which takes longer than starting a thread.
static place find_place(uintptr_t address) {
    place place = {.address = address};
    dl_iterate_phdr(find_object, &place);
    return place;
}

/// The executable is the first object.
static int find_executable(struct dl_phdr_info *info, size_t size, void *place) {
    ((struct place *)place)->base = info->dlpi_addr;
    return 1;
}

bool contextvars_automatic_knows_pools(void) {
    place first = {.index = 0};
    dl_iterate_phdr(find_executable, &first);
    const object *object = object_at(first.base, "/proc/self/exe");
    return object && object->has_symbols;
}

// MARK: Callers

/// Whether an address is in code that starts threads of a pool only.
static bool is_in_pool(uintptr_t address) {
    place place = find_place(address);
    if (!place.path) return true;
    if (!place.is_executable && is_pool_library(place.path)) return true;
    const object *object = object_at(place.base, place.path);
    if (!object) return true;
    // In a library without a symbol table only exported functions are known, and none of those is a pool's.
    if (!object->has_symbols) return place.is_executable;
    // The last function that begins at or before the address.
    size_t low = 0, high = object->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (object->pools[middle].start <= address) low = middle + 1;
        else high = middle;
    }
    return low > 0 && address < object->pools[low - 1].end;
}

/// `Process.run()` of the program's Foundation; NULL where it has none. Its first call starts the thread that waits for all
/// processes, as a plain `Thread`.
extern const char process_run[] __asm__("$s10Foundation7ProcessC3runyyKF") __attribute__((weak));

/// Where `Process.run()` ends: found out once, since only the first call starts that thread.
static uintptr_t end_of_process_run(void) {
    static _Atomic(uintptr_t) known;
    uintptr_t end = atomic_load_explicit(&known, memory_order_relaxed);
    if (end) return end;
    // The unwinder knows which function ends at an address or after it: this one, in ever smaller steps.
    end = (uintptr_t)process_run;
    for (uintptr_t step = 1 << 16; step; step /= 2) {
        while (_Unwind_FindEnclosingFunction((void *)(end + step)) == (const void *)process_run) end += step;
    }
    atomic_store_explicit(&known, end, memory_order_relaxed);
    return end;
}

/// How far up the stack `Process.run()` is looked for: it is the fifth function.
enum { STACK_LIMIT = 12 };

typedef struct walk {
    uintptr_t start, end;
    int depth;
    bool is_inside;
} walk;

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *argument) {
    walk *walk = argument;
    uintptr_t address = _Unwind_GetIP(context) - 1;
    walk->is_inside = address >= walk->start && address < walk->end;
    return walk->is_inside || ++walk->depth == STACK_LIMIT ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static bool is_in_process_run(void) {
    if (!process_run) return false;
    walk walk = {.start = (uintptr_t)process_run, .end = end_of_process_run()};
    _Unwind_Backtrace(visit, &walk);
    return walk.is_inside;
}

bool pools_start_thread_at(const void *caller) {
    // The address is where the caller goes on, which may be the next function.
    return is_in_pool((uintptr_t)caller - 1) || is_in_process_run();
}

#else

bool contextvars_automatic_knows_pools(void) { return false; }

#endif
