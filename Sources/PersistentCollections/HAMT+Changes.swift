// SPDX-License-Identifier: Apache-2.0
extension HAMT {
    /// One difference between two versions of a map.
    public enum Change {
        /// Only the newer version has the key.
        case added(Key, Value)
        /// Only the older version has the key.
        case removed(Key, Value)
        /// Both have the key, with different values.
        case changed(Key, from: Value, to: Value)

        /// The key that the two versions differ in.
        @inlinable public var key: Key {
            switch self {
            case .added(let key, _), .removed(let key, _), .changed(let key, _, _): key
            }
        }
    }

    /// What changed from an older version of the map to this one, in no particular order.
    ///
    /// ```swift
    /// for change in after.changes(from: before, by: { _, old, new in old === new }) {
    ///     if case .added(let key, _) = change { print("new:", key) }
    /// }
    /// ```
    ///
    /// The two need not be versions of one map, but what they share is not looked at. `areEquivalent` tells whether two values
    /// of a key, the older one first, count as unchanged.
    ///
    /// - Throws: What `areEquivalent` throws.
    /// - Complexity: O(k log n) for versions of one map that differ in k places; O(n) for unrelated maps.
    @inlinable
    public func changes(from older: HAMT, by areEquivalent: (Key, Value, Value) throws -> Bool) rethrows -> [Change] {
        var result: [Change] = []
        try forEachChange(from: older, by: areEquivalent) { result.append($0) }
        return result
    }

    /// What changed from an older version of the map to this one, where how values compare doesn't depend on the key.
    ///
    /// - Throws: What `areEquivalent` throws.
    /// - Complexity: O(k log n) for versions of one map that differ in k places; O(n) for unrelated maps.
    @inlinable
    public func changes(from older: HAMT, by areEquivalent: (Value, Value) throws -> Bool) rethrows -> [Change] {
        try changes(from: older) { try areEquivalent($1, $2) }
    }

    /// Calls `body` with each change from an older version of the map to this one, and collects nothing.
    ///
    /// - Throws: What `areEquivalent` and `body` throw.
    /// - Complexity: As that of ``changes(from:by:)-(_,(Key,Value,Value)->Bool)``.
    @inlinable public func forEachChange(
        from older: HAMT, by areEquivalent: (Key, Value, Value) throws -> Bool, _ body: (Change) throws -> Void
    ) rethrows {
        defer { withExtendedLifetime((self, older)) {} }
        typealias Content = NodeReference<Key, Value>.Content
        let (old, new) = (older.rootReference.map(Content.child), rootReference.map(Content.child))
        try NodeReference.forEachChange(from: old ?? .nothing, to: new ?? .nothing) { before, after in
            if let before, let after,
                try areEquivalent(after.pointee.key, before.pointee.value, after.pointee.value)
            {
                return
            }
            if let change = Change(from: before, to: after) { try body(change) }
        }
    }

    /// Calls `body` with each change, where how values compare doesn't depend on the key.
    ///
    /// - Throws: What `areEquivalent` and `body` throw.
    /// - Complexity: O(k log n) for versions of one map that differ in k places; O(n) for unrelated maps.
    @inlinable public func forEachChange(
        from older: HAMT, by areEquivalent: (Value, Value) throws -> Bool, _ body: (Change) throws -> Void
    ) rethrows {
        try forEachChange(from: older, by: { try areEquivalent($1, $2) }, body)
    }
}

extension HAMT.Change {
    /// What became of an old entry, and where the new one comes from; nil where there is neither.
    ///
    /// (Not in a closure: where a function that rethrows makes a case with two values or more within one, Swift 6.3 drops
    /// the error that the closure throws, and runs on into the next function.)
    @inlinable init?(from old: HAMT.EntryPointer?, to new: HAMT.EntryPointer?) {
        switch (old?.pointee, new?.pointee) {
        case (nil, nil): return nil
        case (nil, let new?): self = .added(new.key, new.value)
        case (let old?, nil): self = .removed(old.key, old.value)
        case (let old?, let new?): self = .changed(new.key, from: old.value, to: new.value)
        }
    }
}

extension HAMT where Value: Equatable {
    /// What changed from an older version of the map to this one, in no particular order.
    ///
    /// - Complexity: O(k log n) for versions of one map that differ in k places; O(n) for unrelated maps.
    @inlinable public func changes(from older: HAMT) -> [Change] {
        changes(from: older, by: ==)
    }
}

extension HAMT.Change: Sendable where Key: Sendable, Value: Sendable {}
extension HAMT.Change: Equatable where Value: Equatable {}
extension HAMT.Change: Hashable where Value: Hashable {}
