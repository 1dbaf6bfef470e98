// SPDX-License-Identifier: Apache-2.0
/// A program that uses the C interface alone, as an embedder in C would: it is run by the Swift tests and, as a program
/// of its own (main.c), by Conformance/run under AddressSanitizer and valgrind.
#ifndef PROGRAM_H
#define PROGRAM_H

/// Runs everything, and prints each check that fails. Returns how many failed.
int ctxvars_program_run(void);

#endif
