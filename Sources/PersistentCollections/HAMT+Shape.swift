// A small map has another shape than a larger one (see HAMT.swift, "Design").

extension HAMT {
    /// The largest number of entries with which a map is small.
    @inlinable @inline(__always)
    static var smallCount: Int { 16 }

    /// This small map of 16 entries as a trie, which can take more.
    @inlinable @inline(never)
    func asTrie() -> HAMT {
        guard let small = root else { return self }
        defer { withExtendedLifetime(small) {} }
        let entries = small.reference.entries
        func hash(_ index: Int) -> UInt { NodeHeader.hash(of: entries[index].key) }
        var root: Node<Key, Value>? = Node.pair(entries[0], hash(0), entries[1], hash(1))
        for index in 2..<Self.smallCount {
            _ = Node.update(root: &root, entries[index].key, hash(index), entries[index].value)
        }
        return HAMT(root: root, count: count)
    }

    /// This map, of which a removal has left 16 entries, as a small one.
    @inlinable @inline(never)
    func asSingleNode() -> HAMT {
        guard let large = root else { return self }
        defer { withExtendedLifetime(large) {} }
        var root: Node<Key, Value>?
        large.reference.forEachEntry { entry in
            let hash = NodeHeader.hash(of: entry.key)
            if root == nil {
                root = Self.makeRoot(entry.key, hash, entry.value)
            } else {
                Node.insertSmall(root: &root, entry.key, hash, entry.value)
            }
        }
        return HAMT(root: root, count: count)
    }
}
