// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "cmeasure.h"

#if defined(__linux__)

#include <pthread.h>
#include <sched.h>

void measure_keep_thread_on(int processor) {
    cpu_set_t processors;
    CPU_ZERO(&processors);
    CPU_SET(processor, &processors);
    pthread_setaffinity_np(pthread_self(), sizeof processors, &processors);
}

#else

void measure_keep_thread_on(int processor) { (void)processor; }

#endif
