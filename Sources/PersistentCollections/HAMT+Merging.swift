// SPDX-License-Identifier: Apache-2.0
extension HAMT {
    /// Adds pairs of a key and a value.
    ///
    /// Where the map has a key already, `combine` makes one value of the map's and the new one. If it throws, the pairs
    /// before that one have been added.
    ///
    /// - Complexity: O(m log n) for m new pairs.
    @inlinable public mutating func merge(
        _ other: some Sequence<(Key, Value)>, uniquingKeysWith combine: (Value, Value) throws -> Value
    ) rethrows {
        for (key, value) in other {
            updateValue(try self[key].map { try combine($0, value) } ?? value, forKey: key)
        }
    }

    /// Adds the entries of another map.
    ///
    /// Where both have a key, `combine` makes one value of this map's and the other's, once for each such key, in no
    /// particular order, and this map's key is kept. Where `combine` throws, the map stays as it was. What only one of
    /// the maps has in a whole part is shared with it.
    ///
    /// - Complexity: O(m log n) for the m entries of `other`, and O(n + m) at most; O(1) where one of the maps is empty.
    @inlinable
    public mutating func merge(_ other: HAMT, uniquingKeysWith combine: (Value, Value) throws -> Value) rethrows {
        try merge(other, .combined, combine)
    }

    /// Adds the entries of another map; where both have a key, this map's key is kept, and the other's value counts.
    ///
    /// What only one of the maps has in a whole part is shared with it, and what they share is not looked at.
    ///
    /// - Complexity: O(m log n), and O(n + m) at most, for the m entries of `other` that this map doesn't share with it:
    ///   for versions of one map that differ in k places, O(k log n).
    @inlinable public mutating func merge(_ other: HAMT) {
        merge(other, .second) { $1 }
    }

    /// This map with the entries of another added; where both have a key, the other's value counts.
    ///
    /// - Complexity: That of ``merge(_:)``.
    @inlinable public func merging(_ other: HAMT) -> HAMT {
        var result = self
        result.merge(other)
        return result
    }

    /// This map with pairs of a key and a value added, as
    /// ``merge(_:uniquingKeysWith:)-(Sequence<(Key,Value)>,_)`` adds them.
    ///
    /// - Complexity: O(m log n) for m new pairs.
    @inlinable public func merging(
        _ other: some Sequence<(Key, Value)>, uniquingKeysWith combine: (Value, Value) throws -> Value
    ) rethrows -> HAMT {
        var result = self
        try result.merge(other, uniquingKeysWith: combine)
        return result
    }

    /// This map with the entries of another added, as
    /// ``merge(_:uniquingKeysWith:)-(HAMT<Key,Value>,_)`` adds them.
    ///
    /// - Complexity: O(m log n) for the m entries of `other`, and O(n + m) at most; O(1) where one of the maps is empty.
    @inlinable
    public func merging(_ other: HAMT, uniquingKeysWith combine: (Value, Value) throws -> Value) rethrows -> HAMT {
        var result = self
        try result.merge(other, uniquingKeysWith: combine)
        return result
    }
}

// MARK: - Whole tries

extension HAMT {
    @usableFromInline typealias Uniquing = NodeReference<Key, Value>.Uniquing

    /// Adds the entries of another map; nothing changes where `combine` throws.
    ///
    /// - Parameter uniquing: Which value a key gets that both maps have. Only where they are combined, something is done
    ///   about what the two maps share.
    @inlinable
    mutating func merge(_ other: HAMT, _ uniquing: Uniquing, _ combine: (Value, Value) throws -> Value) rethrows {
        if isIdentical(to: other) && uniquing != .combined { return }
        guard count > 0, other.count > 0, let root = rootReference, let otherRoot = other.rootReference else {
            if isEmpty { self = other }
            return
        }
        if root.isSmall || otherRoot.isSmall { return try mergeSmall(root, otherRoot, other, uniquing, combine) }
        let before = self
        defer { withExtendedLifetime((before, other)) {} }
        var added = 0
        let merged = try NodeReference.merge(
            .child(root), .child(otherRoot), at: 0, of: 0, uniquing, &added, combine)
        self = HAMT(root: merged.node, count: count &+ added)
    }

    /// The same where a map is small: its entries are put into the other.
    @inlinable mutating func mergeSmall(
        _ root: NodeReference<Key, Value>, _ otherRoot: NodeReference<Key, Value>, _ other: HAMT,
        _ uniquing: Uniquing, _ combine: (Value, Value) throws -> Value
    ) rethrows {
        let mineIsAdded = !otherRoot.isSmall
        let (small, large) = mineIsAdded ? (root, otherRoot) : (otherRoot, root)
        if !mineIsAdded && uniquing == .second {
            for index in 0..<small.positionedEntryCount {
                let entry = small.leafEntries[index]
                updateValue(entry.value, forKey: entry.key)
            }
            return
        }
        // Nothing is edited before all has been asked for, so that nothing needs to be undone.
        var edits: [NodeEntry<Key, Value>] = []
        edits.reserveCapacity(small.positionedEntryCount)
        for index in 0..<small.positionedEntryCount {
            let entry = small.leafEntries + index
            guard let match = large.entry(of: NodeReference.key(of: entry).pointee) else {
                edits.append(entry.pointee)
                continue
            }
            let (mine, theirs) = mineIsAdded ? (entry, match) : (match, entry)
            let merged = try NodeReference.merge(mine, theirs, uniquing, combine)
            if mineIsAdded ? merged.isSecond : merged.isFirst { continue }
            switch merged.item {
            case .changed(let entry, let value): edits.append(NodeEntry(entry.pointee.key, value))
            case .old, .new: edits.append(entry.pointee)
            }
        }
        if mineIsAdded { self = other }
        for edit in edits {
            // (An edit keeps the key that is there, which must be this map's.)
            if mineIsAdded { removeValue(forKey: edit.key) }
            updateValue(edit.value, forKey: edit.key)
        }
    }
}
