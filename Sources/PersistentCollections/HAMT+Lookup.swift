// SPDX-License-Identifier: Apache-2.0
extension HAMT {
    /// The value of `key`, or nil where the map does not have it.
    ///
    /// - Complexity: O(log n).
    @inlinable @inline(__always) public func value(forKey key: Key) -> Value? {
        withExtendedLifetime(self) { valuePointer(forKey: key)?.pointee }
    }

    /// Tells whether the map has `key`.
    ///
    /// - Complexity: O(log n).
    @inlinable @inline(__always) public func contains(_ key: Key) -> Bool {
        withExtendedLifetime(self) { valuePointer(forKey: key) != nil }
    }

    /// Where the value of `key` lies.
    ///
    /// Valid until the next mutation or the end of this very map value; nothing is retained.
    @inlinable @inline(__always) package func valuePointer(forKey key: Key) -> UnsafePointer<Value>? {
        Self.valuePointer(forKey: key, root: rootReference?.address)
    }

    /// Where the value of `key` lies below a root of which the caller has only the address (see ``rootAddress``).
    ///
    /// Touches no reference count. The caller keeps the map that the root belongs to alive and unchanged meanwhile.
    @inlinable @inline(__always)
    package static func valuePointer(forKey key: Key, root: UnsafeMutableRawPointer?) -> UnsafePointer<Value>? {
        guard let root else { return nil }
        let node = NodeReference<Key, Value>(root)
        guard let entry = node.entry(of: key, NodeHeader.hash(of: key)) else { return nil }
        return UnsafePointer(NodeReference.value(of: entry))
    }

    /// The address of the value of `key` if it can be changed in place: in a small map whose root nobody shares.
    ///
    /// Valid until the next mutation. A shrinking map stays a trie, in which nothing is found, down to 9 entries.
    @inlinable @inline(__always) package mutating func valueToChange(forKey key: Key) -> UnsafeMutablePointer<Value>? {
        guard let node = rootReference, node.isSmall, isKnownUniquelyReferenced(&root) else { return nil }
        return node.smallEntry(of: key, NodeHeader.hash(of: key)).map { NodeReference.value(of: $0) }
    }

    /// The root, without a reference to it: the caller keeps this map alive.
    ///
    /// (The optimiser retains what it takes out of `root`, for each operation, where it can't see all that follows.)
    @inlinable @inline(__always) var rootReference: NodeReference<Key, Value>? {
        unsafeBitCast(root, to: UnsafeMutableRawPointer?.self).map { NodeReference($0) }
    }
}

extension NodeReference {
    /// The entry of `key`, which has this hash, in this root or subtree, or nil.
    @inlinable @inline(__always) func entry(of key: Key, _ hash: UInt) -> EntryPointer? {
        isSmall ? smallEntry(of: key, hash) : trieEntry(of: key, hash)
    }

    @inlinable func entry(of key: Key) -> EntryPointer? { entry(of: key, NodeHeader.hash(of: key)) }
}
