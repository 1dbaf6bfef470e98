extension HAMT {
    /// Sets the value of `key` and returns the one that it replaces, or nil where the key is new.
    ///
    /// Works in place as far as no other map shares the storage. A key that is there already is kept; only its value changes.
    ///
    /// - Complexity: O(log n).
    @inlinable
    @discardableResult
    public mutating func updateValue(_ value: consuming Value, forKey key: Key) -> Value? {
        let hash = NodeHeader.hash(of: key)
        guard root != nil else {
            root = Self.makeRoot(key, hash, value)
            entryCount = 1
            return nil
        }
        if let entry = Node.entryToChange(root: &root, key, hash) { return Node.exchange(value, in: entry) }
        let old = Node.update(root: &root, key, hash, value)
        if old == nil {
            entryCount &+= 1
            if entryCount == Self.smallCount &+ 1 { self = reshaped() }
        }
        return old
    }

    /// The map with `value` for `key`; this map stays as it is.
    ///
    /// ```swift
    /// let child = parent.inserting(id, forKey: "request-id")
    /// ```
    ///
    /// - Complexity: O(log n): a new path of nodes, all others shared with this map.
    @inlinable
    public func inserting(_ value: consuming Value, forKey key: Key) -> HAMT {
        let hash = NodeHeader.hash(of: key)
        guard let root = rootReference else {
            return HAMT(root: Self.makeRoot(key, hash, value), count: 1)
        }
        defer { withExtendedLifetime(self) {} }
        var isNew = false
        let node = root.setting(key, hash, value, &isNew)
        guard isNew else { return HAMT(root: node, count: count) }
        let map = HAMT(root: node, count: count &+ 1)
        return count == Self.smallCount ? map.reshaped() : map
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
