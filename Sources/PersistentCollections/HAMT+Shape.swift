// A small map has another shape than a larger one (see HAMT.swift, "Design").

extension HAMT {
    /// The largest number of entries with which a map is small.
    @inlinable @inline(__always)
    static var smallCount: Int { 16 }

    /// The map, which has just become small or has just ceased to be, in its shape.
    @inlinable @inline(never)
    func reshaped() -> HAMT {
        guard let old = root else { return self }
        defer { withExtendedLifetime(old) {} }
        var root: Node<Key, Value>?
        var first: NodeEntry<Key, Value>?
        old.reference.forEachEntry { entry in
            let hash = NodeHeader.hash(of: entry.key)
            if root != nil {
                _ = Node.update(root: &root, entry.key, hash, entry.value)
            } else if count <= Self.smallCount {
                root = Self.makeRoot(entry.key, hash, entry.value)
            } else if let first {
                root = Node.pair(first, NodeHeader.hash(of: first.key), entry, hash)
            } else {
                first = entry
            }
        }
        return HAMT(root: root, count: count)
    }
}
