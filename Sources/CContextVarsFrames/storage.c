// SPDX-License-Identifier: Apache-2.0
#include "contextvars_frames.h"
#include "platform.h"

void contextvars_storage_wait(const contextvars_storage *storage) {
    for (unsigned attempt = 0; __atomic_load_n(&storage->flags, __ATOMIC_RELAXED) & CONTEXTVARS_LOCKED; attempt++) {
        // Reads only, until the lock looks free: a failed exchange would take the cache line from its holder. A holder of
        // lower priority must get the processor too, so after a while the waiter sleeps.
        if (attempt >= 100) platform_wait(attempt - 100);
    }
}

/// The last identity that any thread was given.
static uint64_t last_identity;

/// How many identities a thread is given at once, so that threads seldom write the same line.
enum { IDENTITIES = 1024 };

static uint64_t next_identity(void) {
    contextvars_thread *thread = &contextvars_this_thread;
    do {
        if (thread->next_identity == thread->last_identity) {
            // Relaxed: the numbers only have to differ.
            thread->next_identity = __atomic_fetch_add(&last_identity, IDENTITIES, __ATOMIC_RELAXED);
            thread->last_identity = thread->next_identity + IDENTITIES;
        }
        thread->next_identity++;
    } while ((uint32_t)thread->next_identity == 0);
    return thread->next_identity;
}

uint64_t contextvars_storage_identify(contextvars_storage *storage) {
    contextvars_storage_lock(storage);
    if (storage->identity_low == 0) {
        uint64_t identity = next_identity();
        __atomic_store_n(&storage->identity_high, (uint16_t)(identity >> 32), __ATOMIC_RELAXED);
        __atomic_store_n(&storage->identity_low, (uint32_t)identity, __ATOMIC_RELEASE);
    }
    contextvars_storage_unlock(storage);
    return contextvars_storage_identity(storage);
}
