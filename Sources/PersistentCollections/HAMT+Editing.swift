// SPDX-License-Identifier: Apache-2.0
// An edit that keeps the map does the same as one in place, but on a root that is only lent to it: so everything on the
// way is copied.

extension HAMT {
    /// Sets the value of `key` and returns the one that it replaces, or nil where the key is new.
    ///
    /// Works in place as far as no other map shares the storage. A key that is there already is kept; only its value
    /// changes.
    ///
    /// - Complexity: O(log n).
    @inlinable
    @discardableResult
    public mutating func updateValue(_ value: consuming Value, forKey key: Key) -> Value? {
        let hash = NodeHeader.hash(of: key)
        var isNew = false
        let entry: UnsafeMutablePointer<NodeEntry<Key, Value>>
        if let node = rootReference, node.header.pointee.isSmallRoot, let small = node.smallEntry(of: key, hash) {
            if !isKnownUniquelyReferenced(&root) {
                let old = NodeReference.value(of: small).pointee
                self = replacingSmall(node, small, value)
                return old
            }
            entry = small
        } else {
            entry = reachEntry(of: key, hash, &isNew)
        }
        if isNew {
            entry.initialize(to: NodeEntry(key, value))
            return nil
        }
        let place = NodeReference.value(of: entry)
        let old = place.move()
        place.initialize(to: value)
        return old
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
    @inlinable
    public func inserting(_ value: consuming Value, forKey key: consuming Key) -> HAMT {
        let hash = NodeHeader.hash(of: key)
        guard let node = rootReference else {
            var result = HAMT()
            result.updateValue(value, forKey: key)
            return result
        }
        defer { withExtendedLifetime(self) {} }
        if node.header.pointee.isSmallRoot {
            if let entry = node.smallEntry(of: key, hash) { return replacingSmall(node, entry, value) }
            if count < Node<Key, Value>.smallCount { return insertingSmall(node, NodeEntry(key, value), hash) }
        }
        var root = node.unmanaged
        var isNew = false
        let entry = reachInCopies(&root, key, hash, &isNew)
        if isNew {
            entry.initialize(to: NodeEntry(key, value))
        } else {
            NodeReference.value(of: entry).initialize(to: value)
        }
        return HAMT(root: root.takeRetainedValue(), count: isNew ? count &+ 1 : count)
    }

    /// Removes `key` and returns its value, or nil where the map does not have the key.
    ///
    /// Works in place as far as no other map shares the storage.
    ///
    /// - Complexity: O(log n).
    @inlinable
    @discardableResult
    public mutating func removeValue(forKey key: Key) -> Value? {
        guard root != nil else { return nil }
        let hash = NodeHeader.hash(of: key)
        var value: Value?
        if withRoot({ Node.remove($0, key, hash, &value) }) { noteRemoval() }
        return value
    }

    /// The map without `key`; this map stays as it is.
    ///
    /// - Complexity: O(log n): a new path of nodes, all others shared with this map. O(1) where the map does not have
    ///   the key, after the lookup.
    @inlinable
    public func removingValue(forKey key: Key) -> HAMT {
        let hash = NodeHeader.hash(of: key)
        guard let node = rootReference, let entry = node.entry(of: key, hash) else { return self }
        if count == 1 { return HAMT() }
        defer { withExtendedLifetime(self) {} }
        if node.header.pointee.isSmallRoot { return removingSmall(node, at: entry - node.leafEntries, hash) }
        var root = node.unmanaged
        withLent(&root) { Node.remove(NodePlace($0, isUnique: false).endInCopies(of: hash), entry, hash) }
        var result = HAMT(root: root.takeRetainedValue(), count: count)
        result.noteRemoval()
        return result
    }

    /// Removes all entries.
    ///
    /// - Parameter keepingCapacity: Whether to keep the allocation of a map of up to 16 entries, where no other map
    ///   shares it, so that the next insertion does not allocate.
    /// - Complexity: O(n) where no other map shares the storage, else O(1).
    @inlinable
    public mutating func removeAll(keepingCapacity: Bool = false) {
        guard keepingCapacity, let node = rootReference, node.header.pointee.isSmallRoot,
            isKnownUniquelyReferenced(&root)
        else {
            self = HAMT()
            return
        }
        node.takeKeysBack()
        node.leafEntries.deinitialize(count: node.entryCount)
        node.header.pointee.removeAll()
        entryCount = 0
    }
}

// MARK: - Roots

extension HAMT {
    /// Where the entry of `key` is to be changed or, where it is new, put by the caller.
    @inlinable @inline(__always)
    mutating func reachEntry(
        of key: Key, _ hash: UInt, _ isNew: inout Bool
    ) -> UnsafeMutablePointer<NodeEntry<Key, Value>> {
        if root == nil { root = Node.makeSmall(room: 1) }
        let entry = reachedEntry(of: key, hash, adds: true, &isNew).unsafelyUnwrapped
        if isNew { entryCount &+= 1 }
        return entry
    }

    /// The same, where there is a root; nil for a new key that isn't added.
    @inlinable @inline(__always)
    mutating func reachedEntry(
        of key: Key, _ hash: UInt, adds: Bool, _ isNew: inout Bool
    ) -> UnsafeMutablePointer<NodeEntry<Key, Value>>? {
        if let node = rootReference, node.header.pointee.isSmallRoot, isKnownUniquelyReferenced(&root) {
            if let entry = node.smallEntry(of: key, hash) { return entry }
            if !adds { return nil }
            if node.positionedEntryCount < node.header.pointee.room.entries {
                isNew = true
                return withRoot { Node.addSmall(NodePlace($0, isUnique: true), hash) }
            }
        }
        return withRoot { Node.reach($0, key, hash, adds: adds, &isNew) }
    }

    /// The same in a copy of the root, which is lent to the edit.
    ///
    /// (The key isn't captured: it would be retained once more.)
    @inlinable @inline(__always)
    func reachInCopies(
        _ root: inout Unmanaged<Node<Key, Value>>, _ key: Key, _ hash: UInt, _ isNew: inout Bool
    ) -> UnsafeMutablePointer<NodeEntry<Key, Value>> {
        withLent(&root) { Node.reachInCopies($0, key, hash, &isNew) }
    }

    // What contexts do, without the ways of a trie.

    @inlinable @inline(never)
    func replacingSmall(
        _ root: NodeReference<Key, Value>, _ entry: UnsafeMutablePointer<NodeEntry<Key, Value>>,
        _ value: consuming Value
    ) -> HAMT {
        let index = entry - root.leafEntries
        let copy = root.copy(.value(at: index), isSmall: true)
        NodeReference.value(of: copy.reference.leafEntries + index).initialize(to: value)
        return HAMT(root: copy, count: count)
    }

    @inlinable @inline(never)
    func insertingSmall(
        _ root: NodeReference<Key, Value>, _ entry: consuming NodeEntry<Key, Value>, _ hash: UInt
    ) -> HAMT {
        let position = root.header.pointee.vacantPosition(for: hash)
        let index = root.entryIndex(at: position)
        let copy = root.copy(.insertion(at: index, position), isSmall: true)
        copy.reference.header.pointee.noteDisplacement(at: position, of: hash)
        (copy.reference.leafEntries + index).initialize(to: entry)
        return HAMT(root: copy, count: count &+ 1)
    }

    @inlinable @inline(never)
    func removingSmall(_ root: NodeReference<Key, Value>, at index: Int, _ hash: UInt) -> HAMT {
        let position = root.smallPosition(of: index, hash)
        let copy = root.copy(.removal(at: index, position), isSmall: true)
        copy.reference.header.pointee.displaced &= ~NodeHeader.bit(position)
        return HAMT(root: copy, count: count &- 1)
    }

    /// Calls `body` with the place of the root, which is there.
    @inlinable @inline(__always)
    mutating func withRoot<Result>(_ body: (UnsafeMutablePointer<Node<Key, Value>>) -> Result) -> Result {
        // A reference and an optional reference have one layout; nil, the only difference, has been ruled out.
        withUnsafeMutablePointer(to: &root) {
            body(UnsafeMutableRawPointer($0).assumingMemoryBound(to: Node<Key, Value>.self))
        }
    }

    /// Calls `body` with a place to which a root of this map is lent.
    @inlinable @inline(__always)
    func withLent<Result>(
        _ root: inout Unmanaged<Node<Key, Value>>, _ body: (UnsafeMutablePointer<Node<Key, Value>>) -> Result
    ) -> Result {
        defer { withExtendedLifetime(self) {} }
        return withUnsafeMutablePointer(to: &root) {
            body(UnsafeMutableRawPointer($0).assumingMemoryBound(to: Node<Key, Value>.self))
        }
    }

    /// Counts an entry less, and makes a trie that has become small enough a small map.
    @inlinable @inline(__always)
    mutating func noteRemoval() {
        entryCount &-= 1
        if entryCount == Self.trieLeastCount { settle() }
    }

    /// The largest count with which a map goes from the upper floor to the lower one.
    ///
    /// Less than a small map can have by as much as makes the way up and down again cheap: eight edits at least pay for
    /// each.
    @inlinable @inline(__always)
    static var trieLeastCount: Int { 8 }

    /// Gives the map the form that is right for its count.
    @inlinable @inline(never)
    mutating func settle() {
        guard count <= Self.trieLeastCount, let node = rootReference, !node.header.pointee.isSmallRoot else { return }
        root = Node.makeSmall(of: node, count: count)
    }
}
