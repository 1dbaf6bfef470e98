// SPDX-License-Identifier: Apache-2.0
// The edits of a map. One that keeps the map does the same as one in place, but begins with a place of its own, to which
// the root is lent: so everything on the way is copied.

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
        guard let node = rootReference else {
            root = Node.makeSmall(NodeEntry(key, value), hash)
            entryCount = 1
            return nil
        }
        var isNew = false
        guard node.header.pointee.isSmallRoot else {
            var original: Unmanaged<Node<Key, Value>>?
            defer {
                if let original { original.release() }
                if isNew { entryCount &+= 1 }
            }
            return Node.update(&root, &original, key, hash, value, &isNew)
        }
        if let entry = node.smallEntry(of: key, hash) {
            let place = NodeReference.value(of: entry)
            let isUnique = isKnownUniquelyReferenced(&root)
            let old = isUnique ? place.move() : place.pointee
            if isUnique {
                place.initialize(to: value)
            } else {
                root = node.replacingSmall(at: entry - node.leafEntries, with: value)
            }
            return old
        }
        if node.hasRoom && isKnownUniquelyReferenced(&root) {
            node.insertSmall(NodeEntry(key, value), hash)
        } else {
            let count = count
            editRoot(NodeEntry(key, value)) { Self.insertSmall($0, count, $1, hash) }
        }
        entryCount &+= 1
        return nil
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
        guard let node = rootReference else { return HAMT(root: Node.makeSmall(NodeEntry(key, value), hash), count: 1) }
        defer { withExtendedLifetime(self) {} }
        guard node.header.pointee.isSmallRoot else {
            if node.header.pointee.divergence(of: hash) != 0 {
                // As with most new keys where keys are numbered.
                let node = node.unmanaged.takeUnretainedValue()
                return HAMT(root: Node.fork(node, NodeEntry(key, value), hash), count: count &+ 1)
            }
            var isNew = false
            let root = edited(node, NodeEntry(key, value)) { Node.updateCopy($0, $1, hash, &isNew) }
            return HAMT(root: root, count: isNew ? count &+ 1 : count)
        }
        if let entry = node.smallEntry(of: key, hash) {
            return HAMT(root: node.replacingSmall(at: entry - node.leafEntries, with: value), count: count)
        }
        if count < Node<Key, Value>.smallCount {
            return HAMT(root: node.insertingSmall(NodeEntry(key, value), hash), count: count &+ 1)
        }
        return HAMT(root: Node.makeTrie(of: node, adding: NodeEntry(key, value), hash), count: count &+ 1)
    }

    /// Removes `key` and returns its value, or nil where the map does not have the key.
    ///
    /// Works in place as far as no other map shares the storage.
    ///
    /// - Complexity: O(log n).
    @inlinable
    @discardableResult
    public mutating func removeValue(forKey key: Key) -> Value? {
        let hash = NodeHeader.hash(of: key)
        guard let node = rootReference, let entry = node.entry(of: key, hash) else { return nil }
        return removeEntry(node, entry, hash)
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
        let root = edited(node, entry) { _ = Self.remove($0, $1, hash) }
        return HAMT(root: root, count: count &- 1).settled()
    }

    /// Removes all entries.
    ///
    /// - Parameter keepingCapacity: Whether to keep the allocation of the root where no other map shares it, so that
    ///   the next insertion does not allocate.
    /// - Complexity: O(n) where no other map shares the storage, else O(1).
    @inlinable
    public mutating func removeAll(keepingCapacity: Bool = false) {
        guard keepingCapacity, let node = rootReference, isKnownUniquelyReferenced(&root) else {
            self = HAMT()
            return
        }
        entryCount = 0
        Node.removeAll(node)
    }
}

// MARK: - In either floor

extension HAMT {
    /// Adds an entry, whose key is new, to a small map.
    @inlinable @inline(never)
    static func insertSmall(
        _ root: NodePlace<Key, Value>, _ count: Int, _ entry: consuming NodeEntry<Key, Value>, _ hash: UInt
    ) {
        if count < Node<Key, Value>.smallCount {
            Node.insertSmall(root, entry, hash)
        } else {
            root.put(Node.makeTrie(of: root.node, adding: entry, hash))
        }
    }

    /// Removes an entry below a root, and returns it in an edit of the map itself.
    @inlinable @inline(never)
    static func remove(
        _ root: NodePlace<Key, Value>, _ entry: UnsafeMutablePointer<NodeEntry<Key, Value>>, _ hash: UInt
    ) -> NodeEntry<Key, Value>? {
        let node = root.node
        guard node.header.pointee.isSmallRoot else { return Node.remove(root, hash, entry) }
        return Node.removeSmall(root, at: node.smallPosition(of: entry, hash))
    }

    @inlinable
    mutating func removeEntry(
        _ node: NodeReference<Key, Value>, _ entry: UnsafeMutablePointer<NodeEntry<Key, Value>>, _ hash: UInt
    ) -> Value? {
        let removed = editRoot(entry) { Self.remove($0, $1, hash) }
        entryCount &-= 1
        if entryCount == Self.trieLeastCount { self = settled() }
        return removed?.value
    }

    /// The largest count with which a map goes from the upper floor to the lower one.
    ///
    /// Less than a small map can have by as much as makes the way up and down again cheap: eight edits at least pay for
    /// each.
    @inlinable @inline(__always)
    static var trieLeastCount: Int { 8 }

    /// This map in the form that is right for its count.
    @inlinable @inline(__always)
    func settled() -> HAMT {
        count > Self.trieLeastCount || rootReference?.header.pointee.isSmallRoot ?? true ? self : asSmall()
    }

    @inlinable @inline(never)
    func asSmall() -> HAMT {
        guard let root else { return self }
        return HAMT(root: Node.makeSmall(of: root.reference, count: count), count: count)
    }
}

// MARK: - Roots

extension HAMT {
    // What is moved into the map comes as an argument, and is taken out of an optional: a closure can't give up what it
    // has captured.

    /// Calls `body` with the place of the root, which is there.
    @inlinable @inline(__always)
    mutating func editRoot<Argument, Result>(
        _ argument: consuming Argument, _ body: (NodePlace<Key, Value>, consuming Argument) -> Result
    ) -> Result {
        var argument = Optional(argument)
        var original: Unmanaged<Node<Key, Value>>?
        // (A call of the runtime less than to have it released as an object, where there is none.)
        defer { if let original { original.release() } }
        return withUnsafeMutablePointer(to: &root) { root in
            withUnsafeMutablePointer(to: &original) {
                body(NodePlace(root: root, original: $0), argument.take().unsafelyUnwrapped)
            }
        }
    }

    /// What `body` makes of the root, which it gets in a place to which that is lent, and must replace.
    @inlinable @inline(__always)
    func edited<Argument>(
        _ root: NodeReference<Key, Value>, _ argument: consuming Argument,
        _ body: (NodePlace<Key, Value>, consuming Argument) -> Void
    ) -> Node<Key, Value> {
        var argument = Optional(argument)
        var lent = root.unmanaged
        defer { withExtendedLifetime(self) {} }
        withUnsafeMutablePointer(to: &lent) {
            let slot = UnsafeMutableRawPointer($0).assumingMemoryBound(to: Node<Key, Value>.self)
            body(NodePlace(borrowed: slot, original: nil), argument.take().unsafelyUnwrapped)
        }
        return lent.takeRetainedValue()
    }
}
