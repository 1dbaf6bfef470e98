// SPDX-License-Identifier: Apache-2.0
/// Signals as bytes in a pipe, for a process that wants to do more about one than a handler may.
///
/// A signal source of Dispatch won't do: on Linux it takes over the signal some time after it was started, on another thread,
/// and a signal that arrives before then is lost, or ends the process.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "contextvars_diagnostics.h"

static int reading_end = -1, writing_end = -1;
/// A process that is forked has the same pipe, and must not write into it.
static pid_t process;

static void handle(int number) {
    int error = errno;
    unsigned char byte = (unsigned char)number;
    // Where the pipe is full, there is enough in it to be read.
    if (getpid() == process) (void)!write(writing_end, &byte, 1);
    errno = error;
}

static bool make_pipe(void) {
    int ends[2];
    if (reading_end >= 0) return true;
    if (pipe(ends)) return false;
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    reading_end = ends[0];
    writing_end = ends[1];
    process = getpid();
    return true;
}

int contextvars_watch_signal(int number) {
    if (!make_pipe()) return -1;
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (sigaction(number, &action, NULL)) return -1;
    // A process that a thread of Dispatch has started inherits a mask that blocks nearly every signal, and so do its
    // threads: one of them has to take this one.
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, number);
    pthread_sigmask(SIG_UNBLOCK, &watched, NULL);
    return reading_end;
}

void contextvars_signals_read(void) {
    unsigned char bytes[64];
    while (read(reading_end, bytes, sizeof bytes) > 0) {
    }
}
