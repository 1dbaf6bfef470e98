// SPDX-License-Identifier: Apache-2.0
extension HAMT {
    /// Sets the value of `key` and returns the one that it replaces, or nil where the key is new.
    ///
    /// Works in place as far as no other map shares the storage. Of a key that is there, only the value changes.
    ///
    /// - Complexity: O(log n).
    @inlinable @_transparent @discardableResult
    public mutating func updateValue(_ value: consuming Value, forKey key: Key) -> Value? {
        var (old, isNew) = (Value?.none, false)
        let entry = openEntry(of: key, &old, &isNew)
        // Here, not below: a caller that is done with the key then gives it away, where it would retain and release it.
        if isNew && !_isPOD(Key.self) {
            entry.initialize(to: NodeEntry(key, value))
        } else {
            NodeReference.value(of: entry).initialize(to: value)
        }
        return old
    }

    /// Where the caller puts the value of `key`, and a new key, unless that is plain bits: then it is there already.
    @inlinable @inline(never)
    mutating func openEntry(of key: Key, _ old: inout Value?, _ isNew: inout Bool) -> EntryPointer {
        let hash = NodeHeader.hash(of: key)
        if root == nil { root = Node.makeSmall(room: 1) }
        let entry: EntryPointer
        if let node = rootReference, node.isSmall {
            let found = node.smallEntry(of: key, hash)
            let isUnique = isKnownUniquelyReferenced(&root)
            if let found, !isUnique {
                // (A set in a context that a snapshot shares: the node's copy lacks the old value, which saves a tenth.)
                old = NodeReference.value(of: found).pointee
                let (copy, entry) = node.copySmall(reaching: found, hash, withValue: false)
                root = copy
                return entry
            }
            isNew = found == nil
            entry = reachSmallEntry(node, found, hash, isUnique: isUnique)
        } else {
            entry = NodePlace.withLink(of: &root) { NodePlace.reach($0, key, hash, &isNew) }
        }
        if isNew { entryCount &+= 1 } else { old = NodeReference.value(of: entry).move() }
        if isNew && _isPOD(Key.self) { NodeReference.key(of: entry).initialize(to: key) }
        return entry
    }

    /// The map with `value` for `key`; this map stays as it is.
    ///
    /// ```swift
    /// let child = parent.inserting(id, forKey: "request-id")
    /// ```
    ///
    /// A key that is there already is kept; only its value changes. A new key is moved in: where the caller gives it up
    /// (`forKey: consume key`), nothing is retained for it.
    ///
    /// - Complexity: O(log n): a new path of nodes, all others shared with this map.
    @inlinable public func inserting(_ value: consuming Value, forKey key: consuming Key) -> HAMT {
        guard let node = rootReference else {
            var result = HAMT()
            result.updateValue(value, forKey: key)
            return result
        }
        defer { withExtendedLifetime(self) {} }
        let hash = NodeHeader.hash(of: key)
        let (copy, entry): (Node<Key, Value>, EntryPointer)
        var isNew = false
        if node.isSmall {
            let found = node.smallEntry(of: key, hash)
            isNew = found == nil
            (copy, entry) = node.copySmall(reaching: found, hash, withValue: false)
        } else {
            (copy, entry) = NodePlace.withCopy(of: node) { $0.reachInCopies(key, hash, withValue: false, &isNew) }
        }
        if isNew {
            entry.initialize(to: NodeEntry(key, value))
        } else {
            NodeReference.value(of: entry).initialize(to: value)
        }
        return HAMT(root: copy, count: isNew ? count &+ 1 : count)
    }

    /// Removes `key` and returns its value, or nil where the map does not have the key.
    ///
    /// Works in place as far as no other map shares the storage.
    ///
    /// - Complexity: O(log n).
    @inlinable @discardableResult
    public mutating func removeValue(forKey key: Key) -> Value? {
        guard let node = rootReference else { return nil }
        let hash = NodeHeader.hash(of: key)
        var value: Value?
        if !node.isSmall {
            if NodePlace.withLink(of: &root, { NodePlace.remove($0, key, hash, &value) }) { noteRemoval() }
            return value
        }
        guard let entry = node.smallEntry(of: key, hash) else { return nil }
        if isKnownUniquelyReferenced(&root) {
            value = NodeReference.value(of: entry).move()
            node.removeSmall(entry, hash)
        } else {
            value = NodeReference.value(of: entry).pointee
            root = node.copySmall(removing: entry, hash)
        }
        entryCount &-= 1
        return value
    }

    /// The map without `key`; this map stays as it is.
    ///
    /// - Complexity: O(log n): a new path of nodes, all others shared with this map. O(1) where the map does not have
    ///   the key, after the lookup.
    @inlinable public func removingValue(forKey key: Key) -> HAMT {
        guard let node = rootReference else { return self }
        defer { withExtendedLifetime(self) {} }
        let hash = NodeHeader.hash(of: key)
        if node.isSmall {
            guard let entry = node.smallEntry(of: key, hash) else { return self }
            return count == 1 ? HAMT() : HAMT(root: node.copySmall(removing: entry, hash), count: count &- 1)
        }
        guard let entry = node.entryToEdit(of: key, hash) else { return self }
        let (root, _) = NodePlace.withCopy(of: node) { $0.endInCopies(of: hash, removes: true).remove(entry, hash) }
        var result = HAMT(root: root, count: count)
        result.noteRemoval()
        return result
    }

    /// Removes all entries.
    ///
    /// - Parameter keepingCapacity: Whether to keep the allocation of a map of up to 16 entries, where no other map
    ///   shares it, so that the next insertion does not allocate.
    /// - Complexity: O(n) where no other map shares the storage, else O(1).
    @inlinable public mutating func removeAll(keepingCapacity: Bool = false) {
        guard keepingCapacity, let node = rootReference, node.isSmall, isKnownUniquelyReferenced(&root) else {
            return self = HAMT()
        }
        node.ownKeys(at: .max)
        node.leafEntries.deinitialize(count: node.positionedEntryCount)
        node.header.pointee.removeAll()
        entryCount = 0
    }
}

// MARK: - Roots

extension HAMT {
    /// Where the caller changes an entry of a small map that has been found, or puts a new one; a shared root is copied.
    @inlinable @inline(__always) mutating func reachSmallEntry(
        _ node: NodeReference<Key, Value>, _ entry: EntryPointer?, _ hash: UInt, isUnique: Bool
    ) -> EntryPointer {
        if isUnique {
            if let entry { return entry }
            if node.header.pointee.entryMap != .max { return NodePlace.withLink(of: &root) { Node.addSmall($0, hash) } }
            return NodePlace.withLink(of: &root) { NodePlace($0, isUnique: true).makeTrie(adding: hash) }
        }
        let (copy, place) = node.copySmall(reaching: entry, hash, withValue: true)
        root = copy
        return place
    }

    /// Counts one entry of a trie fewer, and makes the trie a small map where it has become small enough.
    ///
    /// That is half of what a small map can have: so at least eight edits pay for the way down and for the way up.
    @inlinable @inline(__always) mutating func noteRemoval() {
        entryCount &-= 1
        if entryCount == Self.shrunkCount { becomeSmallIfPossible() }
    }

    /// The count at which a trie becomes a small map.
    @inlinable @inline(__always) static var shrunkCount: Int { 8 }

    /// Makes a trie with few entries a small map, if its entries are as many as the map has counted.
    @inlinable @inline(never) mutating func becomeSmallIfPossible() {
        guard count <= Self.shrunkCount, let node = rootReference, node.totalCount == count else { return }
        root = Node.makeSmall(of: node, count: count)
    }
}
