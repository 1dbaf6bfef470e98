// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "program.h"

int main(void) {
    int failures = ctxvars_program_run();
    printf("%d checks failed\n", failures);
    return failures != 0;
}
