extension HAMT {
    /// Removes `key` and returns its value, or nil where the map does not have the key.
    ///
    /// Works in place as far as no other map shares the storage.
    ///
    /// - Complexity: O(log n).
    @inlinable
    @discardableResult
    public mutating func removeValue(forKey key: Key) -> Value? {
        removeEntry(forKey: key)?.value
    }

    /// The map without `key`; this map stays as it is.
    ///
    /// - Complexity: O(log n): a new path of nodes, all others shared with this map. O(1) where the map does not have
    ///   the key, after the lookup.
    @inlinable
    public func removingValue(forKey key: Key) -> HAMT {
        let hash = NodeHeader.hash(of: key)
        guard let root = rootReference else { return self }
        defer { withExtendedLifetime(self) {} }
        if root.header.pointee.isSmallRoot {
            guard let position = root.smallPosition(of: key, hash) else { return self }
            return count == 1 ? HAMT() : HAMT(root: root.copy(removingSmallAt: position), count: count &- 1)
        }
        // Larger maps never shrink to one entry.
        guard case .subtree(let node) = root.removing(key, hash) else { return self }
        let map = HAMT(root: node, count: count &- 1)
        return map.count == Self.smallCount ? map.asSingleNode() : map
    }

    /// Removes all entries.
    ///
    /// - Parameter keepingCapacity: Whether to keep the allocation of the root where no other map shares it, so that
    ///   the next insertion does not allocate.
    /// - Complexity: O(n) where no other map shares the storage, else O(1).
    @inlinable
    public mutating func removeAll(keepingCapacity: Bool = false) {
        guard keepingCapacity, root != nil else {
            self = HAMT()
            return
        }
        let isUnique = withRootSlot { isKnownUniquelyReferenced(&$0.pointee) }
        guard isUnique else {
            self = HAMT()
            return
        }
        entryCount = 0
        withRootSlot { Node.removeAll($0.pointee.reference) }
    }

    @inlinable
    mutating func removeEntry(forKey key: Key) -> NodeEntry<Key, Value>? {
        let hash = NodeHeader.hash(of: key)
        guard let node = rootReference else { return nil }
        if node.header.pointee.isSmallRoot {
            guard let position = node.smallPosition(of: key, hash) else { return nil }
            entryCount &-= 1
            return Node.removeSmall(root: &root, at: position)
        }
        guard let entry = withRootSlot({ Node.removeFromTrie($0, key, hash) }) else { return nil }
        entryCount &-= 1
        if entryCount == Self.smallCount { self = asSingleNode() }
        return entry
    }
}
