// SPDX-License-Identifier: Apache-2.0
// The linker's options for a static program, brought along by this object file.
//
// Swift compilers for ELF write a module's linker options into this section; the driver collects them from all object files
// of a program and gives them to the linker. Where something else links the program, the options must be given explicitly:
// see `wrap-flags` of ContextVarsAutomatic. `enable()` finds out whether they were.

#if defined(__linux__) && !defined(__ANDROID__) && !defined(CONTEXTVARS_AUTOMATIC_WITHOUT_LINK_FLAGS)

// Not instrumented: the linker discards the section, and the AddressSanitizer would refer to it.
static const char flags[] __attribute__((used, no_sanitize("address"), section(".swift1_autolink_entries"))) =
#define BOUNDARY(name) "-Wl,--wrap=" #name "\0"
#include "boundaries.def"
#undef BOUNDARY
    ;

#endif
