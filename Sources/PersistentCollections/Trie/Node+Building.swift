// SPDX-License-Identifier: Apache-2.0
// A trie is built at once, from the entries of a small map that has no room for one more.

extension Node {
    /// A trie with the entries of a small map, which keeps its own, and one more.
    @inlinable @inline(never)
    static func makeTrie(
        of small: NodeReference<Key, Value>, adding added: consuming Entry, _ hash: UInt
    ) -> Node {
        let count = small.entryCount
        return withUnsafeMutablePointer(to: &added) { added in
            withUnsafeTemporaryAllocation(of: HashedEntry.self, capacity: count &+ 1) { entries in
                for index in 0..<count {
                    let entry = small.leafEntries + index
                    insert(HashedEntry(NodeHeader.hash(of: entry.pointee.key), entry), into: entries, index)
                }
                insert(HashedEntry(hash, added), into: entries, count)
                return subtree(entries[...])
            }
        }
    }

    /// Inserts an entry into so many that are in the order of their hashes.
    @inlinable @inline(__always)
    static func insert(_ entry: HashedEntry, into entries: UnsafeMutableBufferPointer<HashedEntry>, _ count: Int) {
        var index = count
        while index > 0 && entries[index &- 1].hash > entry.hash {
            entries[index] = entries[index &- 1]
            index &-= 1
        }
        entries[index] = entry
    }

    /// A subtree with copies of two or more entries, which are in the order of their hashes.
    @inlinable
    static func subtree(_ entries: Slice<UnsafeMutableBufferPointer<HashedEntry>>) -> Node {
        var header = emptyHeader
        let (count, start) = (entries.count, entries.startIndex)
        let (first, last) = (entries[start].hash, entries[entries.endIndex &- 1].hash)
        guard first != last else {
            header.setCollision(hash: first, count: count)
            let node = make(header, entryRoom: count, childRoom: 0)
            for index in 0..<count {
                (node.reference.entries + index).initialize(to: entries[start + index].entry.pointee)
            }
            return node
        }
        let shift = NodeHeader.forkShift(first ^ last)
        header.path = NodeHeader.path(to: first, shift: shift)
        forEachGroup(entries, shift) { position, group in
            if group.count == 1 { header.addEntry(at: position) } else { header.addChild(at: position) }
        }
        let node = make(
            header, entryRoom: header.entryMap.nonzeroBitCount, childRoom: header.childMap.nonzeroBitCount)
        let reference = node.reference
        forEachGroup(entries, shift) { position, group in
            if group.count == 1 {
                reference.entry(at: position).initialize(to: group[group.startIndex].entry.pointee)
            } else {
                (reference.children + reference.childIndex(at: position)).initialize(to: subtree(group))
                reference.noteFullLeaf(at: position)
            }
        }
        return node
    }

    /// Calls `body` with each position that entries have in a node which begins with bit `shift`, and with them.
    @inlinable @inline(__always)
    static func forEachGroup(
        _ entries: Slice<UnsafeMutableBufferPointer<HashedEntry>>, _ shift: UInt,
        _ body: (UInt, Slice<UnsafeMutableBufferPointer<HashedEntry>>) -> Void
    ) {
        var start = entries.startIndex
        while start < entries.endIndex {
            let position = NodeHeader.position(of: entries[start].hash, shift: shift)
            var end = start &+ 1
            while end < entries.endIndex && NodeHeader.position(of: entries[end].hash, shift: shift) == position {
                end &+= 1
            }
            body(position, entries[start..<end])
            start = end
        }
    }

    /// An entry that lies elsewhere, and its hash.
    @usableFromInline
    struct HashedEntry {
        @usableFromInline let hash: UInt
        @usableFromInline let entry: UnsafeMutablePointer<Entry>

        @inlinable
        init(_ hash: UInt, _ entry: UnsafeMutablePointer<Entry>) {
            self.hash = hash
            self.entry = entry
        }
    }
}
