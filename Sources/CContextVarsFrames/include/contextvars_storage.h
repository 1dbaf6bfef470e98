// SPDX-License-Identifier: Apache-2.0
/// What a context has, whether a frame or a `Context` object stores it.
#ifndef CONTEXTVARS_STORAGE_H
#define CONTEXTVARS_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The values of a context, in the form that Swift gives them (`Storage.swift`). All zero is no value at all.
typedef struct contextvars_contents {
    /// The root of the map and its count, as a Swift `ContextValues`; or a `Version`, marked by
    /// `CONTEXTVARS_PUBLISHED_VERSION`, which has everything.
    uintptr_t values;
    intptr_t count;
    /// The variable that has another value than in the map, and that value, as a Swift `StoredValue`; or NULL, and which
    /// variables were set here, as a Swift `VariablesSetHere`.
    void *_Nullable variable;
    uint64_t bits;
    void *_Nullable box;
} contextvars_contents;

enum { CONTEXTVARS_PUBLISHED_VERSION = 1 };

/// Invariants:
/// - The owner alone changes the contents, and holds the lock while it does.
/// - The owner reads without the lock. Holders of a `Context` object read with it. Structured children read without it
///   once the storage is *published*, which they see to under the lock: from then on nothing that `contents.values` leads
///   to is changed in place, and what was replaced is released after every child has stopped reading it
///   (`contextvars_reader.h`).
typedef struct contextvars_storage {
    contextvars_contents contents;
    /// The flags below. Written by the holder of the lock.
    uint8_t flags;
    /// Whether a `Context` object's storage has an owner, and what for: `CONTEXTVARS_CLAIMED…`, else 0.
    uint8_t claim;
    /// The context's identity, once somebody has asked for it: 48 bits, in two parts, of which the lower is never zero.
    uint16_t identity_high;
    uint32_t identity_low;
} contextvars_storage;

enum {
    /// Somebody holds the lock.
    CONTEXTVARS_LOCKED = 1,
    /// Structured children read the storage without the lock.
    CONTEXTVARS_PUBLISHED = 2,
    /// The storage keeps no reference to its map, or to the changed variable: the code that began the scope does, or the
    /// storage that was current before it, which doesn't change until the scope ends.
    CONTEXTVARS_LENT_MAP = 4,
    CONTEXTVARS_LENT_VARIABLE = 8,
    CONTEXTVARS_LENT = CONTEXTVARS_LENT_MAP | CONTEXTVARS_LENT_VARIABLE,
    /// In a frame's own storage: the frame's current one is that of a `Context` object which was made for it, and which it
    /// keeps.
    CONTEXTVARS_PROMOTED = 16,
    /// A structured child would like to read without the lock: the next one to take it publishes the storage. A child sets it
    /// without the lock, so it may be lost, and is set again.
    CONTEXTVARS_WANTED = 32,
    /// The storage was published before, and isn't any more or is again.
    CONTEXTVARS_WITHDRAWN = 64,
    /// The variable that has another value than in the map was set here. (Else the storage is a task's copy of one.)
    CONTEXTVARS_CHANGED_HERE = 128,
};

enum {
    CONTEXTVARS_CLAIMED = 1,
    /// For pieces of work, each of which makes the storage current, and may run inside another one. So it may change while
    /// a scope lasts that began in it.
    CONTEXTVARS_CLAIMED_FOR_PIECES = 2,
};

// MARK: The lock

/// Waits until the lock of a storage looks free: first gives the processor to other threads, then sleeps.
void contextvars_storage_wait(const contextvars_storage *storage);

/// Gives back the lock. For a caller that retained nothing under it; others call `contextvars_retain_barrier` before.
static inline void contextvars_storage_unlock(contextvars_storage *storage) {
    uint8_t flags = __atomic_load_n(&storage->flags, __ATOMIC_RELAXED);
    __atomic_store_n(&storage->flags, (uint8_t)(flags & ~CONTEXTVARS_LOCKED), __ATOMIC_RELEASE);
}

/// Sets or clears a flag. For the holder of the lock.
static inline void contextvars_storage_set_flag(contextvars_storage *storage, uint8_t flag, bool value) {
    uint8_t flags = __atomic_load_n(&storage->flags, __ATOMIC_RELAXED);
    uint8_t changed = value ? flags | flag : flags & ~flag;
    __atomic_store_n(&storage->flags, changed, __ATOMIC_RELEASE);
}

/// From then on, children may read the storage without the lock. For the holder of the lock.
static inline void contextvars_storage_publish(contextvars_storage *storage) {
    contextvars_storage_set_flag(storage, CONTEXTVARS_WANTED, false);
    contextvars_storage_set_flag(storage, CONTEXTVARS_PUBLISHED, true);
}

/// Takes the lock. Returns whether the contents may be changed in place: the storage is neither published nor lent.
static inline bool contextvars_storage_lock(contextvars_storage *storage) {
    // Acquire, with the release in `unlock`: what the last holder wrote.
    while (__atomic_fetch_or(&storage->flags, CONTEXTVARS_LOCKED, __ATOMIC_ACQUIRE) & CONTEXTVARS_LOCKED) {
        contextvars_storage_wait(storage);
    }
    uint8_t flags = __atomic_load_n(&storage->flags, __ATOMIC_RELAXED);
    if ((flags & (CONTEXTVARS_PUBLISHED | CONTEXTVARS_LENT | CONTEXTVARS_WANTED)) == 0) return true;
    if (flags & CONTEXTVARS_WANTED) contextvars_storage_publish(storage);
    return false;
}

static inline bool contextvars_storage_has_flag(const contextvars_storage *storage, uint8_t flag) {
    return (__atomic_load_n(&storage->flags, __ATOMIC_ACQUIRE) & flag) != 0;
}

// MARK: The map

/// The map of a storage: one load, after which the caller looks only at what the word says. Acquire, with the release in
/// `set_values`: a version that its owner has just published is complete.
static inline uintptr_t contextvars_storage_values(const contextvars_storage *storage) {
    return __atomic_load_n(&storage->contents.values, __ATOMIC_ACQUIRE);
}

/// Makes another version current. For the owner, who holds the lock.
static inline void contextvars_storage_set_values(contextvars_storage *storage, uintptr_t values) {
    __atomic_store_n(&storage->contents.values, values, __ATOMIC_RELEASE);
}

// MARK: Claiming a context, and its identity

/// Makes the caller the owner of a `Context` object's storage. False if it has one.
static inline bool contextvars_storage_claim(contextvars_storage *storage) {
    // Acquire, with the release in `unclaim`: what the last owner wrote.
    uint8_t unclaimed = 0;
    return __atomic_compare_exchange_n(
        &storage->claim, &unclaimed, CONTEXTVARS_CLAIMED, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/// For the owner, before the first piece runs.
static inline void contextvars_storage_claim_for_pieces(contextvars_storage *storage) {
    __atomic_store_n(&storage->claim, CONTEXTVARS_CLAIMED_FOR_PIECES, __ATOMIC_RELAXED);
}

/// Whether the values stay as they are while the calling agent runs in a scope that it began in this storage. For the owner.
static inline bool contextvars_storage_may_lend(const contextvars_storage *storage) {
    return __atomic_load_n(&storage->claim, __ATOMIC_RELAXED) != CONTEXTVARS_CLAIMED_FOR_PIECES;
}

static inline void contextvars_storage_unclaim(contextvars_storage *storage) {
    __atomic_store_n(&storage->claim, 0, __ATOMIC_RELEASE);
}

static inline bool contextvars_storage_is_claimed(const contextvars_storage *storage) {
    return __atomic_load_n(&storage->claim, __ATOMIC_RELAXED) != 0;
}

/// Gives a storage its identity, unless it has one by now.
uint64_t contextvars_storage_identify(contextvars_storage *storage);

/// What tells a context from all others of the process. For any thread.
static inline uint64_t contextvars_storage_identity(contextvars_storage *storage) {
    // Acquire, with the release in `identify`: the higher part is there if the lower one is.
    uint32_t low = __atomic_load_n(&storage->identity_low, __ATOMIC_ACQUIRE);
    if (low == 0) return contextvars_storage_identify(storage);
    return (uint64_t)__atomic_load_n(&storage->identity_high, __ATOMIC_RELAXED) << 32 | low;
}

#pragma clang assume_nonnull end

#endif
