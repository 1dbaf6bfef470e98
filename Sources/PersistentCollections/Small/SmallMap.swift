// SPDX-License-Identifier: Apache-2.0
// A map of up to 16 entries, as contexts are: one node, the root. An entry's own position is what the lowest four bits of
// its hash say. Where that is taken, the entry lies at a vacant one, and the header names it as displaced: so a small map
// never needs a second node, with any hashes, and only a key that isn't at its own position costs a search.
//
// Besides this, a small map needs Storage/NodeLayout.swift and Storage/Node.swift; what these do for tries is in Trie/.

extension NodeHeader {
    /// The positions of entries that are not at their own, in the root of a small map.
    @inlinable @inline(__always) var displaced: UInt16 {
        get { UInt16(truncatingIfNeeded: path &>> 16) }
        set { path = UInt(newValue) &<< 16 | Self.smallRootPath }
    }

    /// The position that an entry with this hash has in a small map, if it can.
    @inlinable @inline(__always)
    static func ownPosition(of hash: UInt) -> UInt { position(of: hash, shift: lowestShift) }

    /// A position for one more entry with this hash, in the root of a small map in which one is vacant.
    @inlinable @inline(__always) func vacantPosition(for hash: UInt) -> UInt {
        let own = Self.ownPosition(of: hash)
        return hasEntry(at: own) ? UInt((~entryMap).trailingZeroBitCount) : own
    }

    /// Makes a note of an entry that is put at a position, unless that is its own.
    @inlinable @inline(__always) mutating func noteDisplacement(at position: UInt, of hash: UInt) {
        if position != Self.ownPosition(of: hash) { displaced |= Self.bit(position) }
    }
}

// MARK: - Looking up

extension NodeReference {
    /// The entry of `key` in this root of a small map, or nil.
    @inlinable @inline(__always) func smallEntry(of key: Key, _ hash: UInt) -> EntryPointer? {
        // There are no children, so no byte is negative, and an entry's is its index.
        let index = byte(at: NodeHeader.ownPosition(of: hash))
        if index < Int(NodeHeader.vacancy) {
            let entry = leafEntries + index
            if Self.key(of: entry).pointee == key { return entry }
        }
        return header.pointee.displaced == 0 ? nil : displacedEntry(of: key)
    }

    @inlinable @inline(never) func displacedEntry(of key: Key) -> EntryPointer? {
        let entries = NodeHeader.Positions(header.pointee.displaced).lazy.map { leafEntries + index(at: $0) }
        return entries.first { Self.key(of: $0).pointee == key }
    }

    /// The position of the entry at an index of this root, whose key has a hash.
    @inlinable @inline(__always) func smallPosition(of index: Int, _ hash: UInt) -> UInt {
        let own = NodeHeader.ownPosition(of: hash)
        if byte(at: own) == index { return own }
        return NodeHeader.Positions(header.pointee.entryMap).first { byte(at: $0) == index } ?? own
    }
}

// MARK: - Editing in place

extension Node {
    /// The root of a small map without entries, with room for so many.
    @inlinable static func makeSmall(room: Int) -> Node { make(emptyHeader, entryRoom: (room &+ 3) & ~3, childRoom: 0) }

    /// Opens a place for an entry in the root of a small map, which nobody shares and in which a position is vacant.
    @inlinable @inline(__always)
    static func addSmall(_ root: UnsafeMutablePointer<Node>, _ hash: UInt) -> EntryPointer {
        let node = NodeReference.at(root)
        let position = node.header.pointee.vacantPosition(for: hash)
        let entry = openEntry(root, at: position)
        NodeReference.at(root).header.pointee.noteDisplacement(at: position, of: hash)
        return entry
    }
}

extension NodeReference {
    /// Removes an entry, whose value has been moved out, from this root, which nobody shares.
    @inlinable @inline(__always) func removeSmall(_ entry: EntryPointer, _ hash: UInt) {
        let index = entry - leafEntries
        let position = smallPosition(of: index, hash)
        header.pointee.displaced &= ~NodeHeader.bit(position)
        removeEntry(at: position, index: index)
    }
}

// MARK: - Editing in a copy

extension NodeReference {
    /// A copy of this root, or a trie where a new entry finds it full; and where an entry of this one, or the new one, is there.
    ///
    /// - Parameter withValue: Whether an entry of this root has its value there; otherwise the caller initialises it.
    @inlinable @inline(never)
    func copySmall(reaching entry: EntryPointer?, _ hash: UInt, withValue: Bool) -> (Node<Key, Value>, EntryPointer) {
        if let entry {
            let index = entry - leafEntries
            let copy = withValue ? copy(.nothing, isSmall: true) : copy(.value(index: index), isSmall: true)
            return (copy, copy.reference.leafEntries + index)
        }
        if header.pointee.entryMap == .max { return NodePlace.withCopy(of: self) { $0.makeTrie(adding: hash) } }
        let position = header.pointee.vacantPosition(for: hash)
        let copy = copy(.insertion(at: position), isSmall: true)
        copy.reference.header.pointee.noteDisplacement(at: position, of: hash)
        return (copy, copy.reference.leafEntries + positionedEntryCount)
    }

    /// A copy of this root without an entry of it, which has this hash.
    @inlinable @inline(never) func copySmall(removing entry: EntryPointer, _ hash: UInt) -> Node<Key, Value> {
        let index = entry - leafEntries
        let position = smallPosition(of: index, hash)
        let copy = copy(.removal(at: position, index: index), isSmall: true)
        copy.reference.header.pointee.displaced &= ~NodeHeader.bit(position)
        return copy
    }
}
