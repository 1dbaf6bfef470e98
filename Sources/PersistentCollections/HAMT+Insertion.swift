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
            root = Self.makeRoot(key, hash, value)
            entryCount = 1
            return nil
        }
        if node.header.pointee.isSmallRoot {
            if let entry = node.smallEntry(of: key, hash) {
                return Node.replaceSmall(root: &root, entry, of: key, with: value)
            }
            if count < Self.smallCount {
                Node.insertSmall(root: &root, key, hash, value)
                entryCount &+= 1
                return nil
            }
            self = asTrie()
        }
        let old = Node.update(root: &root, key, hash, value)
        if old == nil { entryCount &+= 1 }
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
        guard let root = rootReference else { return HAMT(root: Self.makeRoot(key, hash, value), count: 1) }
        defer { withExtendedLifetime(self) {} }
        guard root.header.pointee.isSmallRoot else { return insertingIntoLarge(root, key, hash, value) }
        if let entry = root.smallEntry(of: key, hash) {
            let node = root.copy(replacingSmallValueAt: entry - root.entries, of: key, with: value)
            return HAMT(root: node, count: count)
        }
        if count < Self.smallCount {
            return HAMT(root: root.copy(insertingSmall: key, hash, value), count: count &+ 1)
        }
        return insertingIntoFull(key, value)
    }

    /// The same for a map that isn't small.
    @inlinable @inline(never)
    func insertingIntoLarge(
        _ root: NodeReference<Key, Value>, _ key: consuming Key, _ hash: UInt, _ value: consuming Value
    ) -> HAMT {
        var isNew = false
        let node = root.setting(key, hash, value, &isNew)
        return HAMT(root: node, count: isNew ? count &+ 1 : count)
    }

    /// The same for a key that is new to a map which is as large as a small one can be.
    @inlinable @inline(never)
    func insertingIntoFull(_ key: Key, _ value: consuming Value) -> HAMT {
        var map = asTrie()
        map.updateValue(value, forKey: key)
        return map
    }

    /// A root of one entry, with room for some more.
    @inlinable
    static func makeRoot(_ key: Key, _ hash: UInt, _ value: consuming Value) -> Node<Key, Value> {
        var header = Node<Key, Value>.emptyHeader
        header.addEntry(at: header.position(of: hash))
        let node = Node<Key, Value>.make(header, byteCapacity: Node<Key, Value>.firstByteCapacity)
        node.reference.entries.initialize(to: NodeEntry(key, value))
        return node
    }

    /// Calls `body` with the place of the root, which is there.
    @inlinable @inline(__always)
    mutating func withRootSlot<Result>(_ body: (Node<Key, Value>.Slot) -> Result) -> Result {
        withUnsafeMutablePointer(to: &root) { body(Node.slot(root: $0)) }
    }
}
