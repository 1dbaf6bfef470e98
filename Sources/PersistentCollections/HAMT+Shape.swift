// A small map has another shape than a larger one (see HAMT.swift, "Design").

extension HAMT {
    /// The largest number of entries with which a map is small.
    @inlinable @inline(__always)
    static var smallCount: Int { 16 }

    /// The map, which has 16 entries, in the shape that it doesn't have: it has just become small, or is about to
    /// outgrow that.
    @inlinable @inline(never)
    func reshaped() -> HAMT {
        guard let old = root else { return self }
        defer { withExtendedLifetime(old) {} }
        let wasSmall = old.reference.header.pointee.isSmallRoot
        var root: Node<Key, Value>?
        var first: NodeEntry<Key, Value>?
        old.reference.forEachEntry { entry in
            let hash = NodeHeader.hash(of: entry.key)
            switch (root, first) {
            case (_?, _):
                if wasSmall {
                    _ = Node.update(root: &root, entry.key, hash, entry.value)
                } else {
                    Node.insertSmall(root: &root, entry.key, hash, entry.value)
                }
            case (nil, let first?): root = Node.pair(first, NodeHeader.hash(of: first.key), entry, hash)
            case (nil, nil):
                if wasSmall {
                    first = entry
                } else {
                    root = Self.makeRoot(entry.key, hash, entry.value)
                }
            }
        }
        return HAMT(root: root, count: count)
    }
}
