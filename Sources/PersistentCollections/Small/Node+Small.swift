// SPDX-License-Identifier: Apache-2.0
// The root of a small map, of up to 16 entries, has all of them itself. An entry's own position is what the lowest four
// bits of its hash say. Where that is taken, the entry lies at a vacant one, and the header names it as displaced: so a
// small map never needs a second node, whatever its hashes, and only a key that isn't at its own position costs a
// search, through the displaced ones.

extension NodeReference {
    /// The entry of `key` in this root of a small map, or nil.
    @inlinable @inline(__always)
    func smallEntry(of key: Key, _ hash: UInt) -> UnsafeMutablePointer<Entry>? {
        // A small map has no children, so no byte is negative, and an entry's is its index.
        let index = slot(at: NodeHeader.lowestPosition(of: hash))
        if index < Int(NodeHeader.vacancy) {
            let entry = leafEntries + index
            if Self.key(of: entry).pointee == key { return entry }
        }
        return header.pointee.displaced == 0 ? nil : displacedEntry(of: key)
    }

    @inlinable @inline(never)
    func displacedEntry(of key: Key) -> UnsafeMutablePointer<Entry>? {
        for position in NodeHeader.Positions(header.pointee.displaced) {
            let entry = leafEntries + entryIndex(at: position)
            if Self.key(of: entry).pointee == key { return entry }
        }
        return nil
    }

    /// Adds an entry to this root of a small map, which nobody else sees and which has room and a vacant position.
    @inlinable @inline(__always)
    func insertSmall(_ entry: consuming Entry, _ hash: UInt) {
        let position = header.pointee.vacantPosition(for: hash)
        ownKey(at: position)
        insertEntry(entry, at: position)
        header.pointee.noteDisplacement(at: position, of: hash)
    }

    /// A copy of this root of a small map, which has a vacant position, with one more entry.
    @inlinable @inline(never)
    func insertingSmall(_ entry: consuming Entry, _ hash: UInt) -> Node<Key, Value> {
        var shape = header.pointee
        let position = shape.vacantPosition(for: hash)
        let index = entryIndex(at: position)
        shape.addEntry(at: position)
        shape.noteDisplacement(at: position, of: hash)
        let node = copyLeaf(shape, entries: .insertion(at: index))
        (node.reference.leafEntries + index).initialize(to: entry)
        return node
    }

    /// A copy of this root of a small map with another value in the entry at an index.
    @inlinable @inline(never)
    func replacingSmall(at index: Int, with value: consuming Value) -> Node<Key, Value> {
        let node = copyLeaf(header.pointee, entries: .replacement(at: index))
        Self.value(of: node.reference.leafEntries + index).initialize(to: value)
        return node
    }

    /// The position of an entry of this root of a small map, which has a hash.
    @inlinable @inline(__always)
    func smallPosition(of entry: UnsafeMutablePointer<Entry>, _ hash: UInt) -> UInt {
        let (own, index) = (NodeHeader.lowestPosition(of: hash), entry - leafEntries)
        if slot(at: own) == index { return own }
        for position in NodeHeader.Positions(header.pointee.displaced) where slot(at: position) == index {
            return position
        }
        return own
    }
}

extension Node {
    /// How many entries a small map can have.
    @inlinable @inline(__always)
    static var smallCount: Int { 16 }

    /// The root of a map of one entry, with room for some more.
    @inlinable
    static func makeSmall(_ entry: consuming Entry, _ hash: UInt) -> Node {
        var header = emptyHeader
        header.addEntry(at: NodeHeader.lowestPosition(of: hash))
        let node = make(header, entryRoom: 4, childRoom: 0)
        node.reference.leafEntries.initialize(to: entry)
        return node
    }

    /// The root of a small map with the entries of a trie, which it shares.
    @inlinable @inline(never)
    static func makeSmall(of trie: NodeReference<Key, Value>, count: Int) -> Node {
        var small = make(emptyHeader, entryRoom: (count &+ 3) & ~3, childRoom: 0)
        var original: Unmanaged<Node>?
        withUnsafeMutablePointer(to: &small) { slot in
            withUnsafeMutablePointer(to: &original) { original in
                let place = NodePlace(owned: slot, original: original)
                trie.forEachEntry { insertSmall(place, $0.pointee, NodeHeader.hash(of: $0.pointee.key)) }
            }
        }
        return small
    }

    /// Adds an entry to a small map, which has a vacant position.
    @inlinable @inline(__always)
    static func insertSmall(_ place: NodePlace<Key, Value>, _ entry: consuming Entry, _ hash: UInt) {
        let node = place.node
        guard place.isUnique else { return place.put(node.insertingSmall(entry, hash)) }
        let position = node.header.pointee.vacantPosition(for: hash)
        insertEntry(place, entry, at: position)
        place.node.header.pointee.noteDisplacement(at: position, of: hash)
    }

    /// Takes the entry at `position` out of a small map.
    @inlinable @inline(__always)
    static func removeSmall(_ place: NodePlace<Key, Value>, at position: UInt) -> Entry? {
        if place.isUnique {
            place.node.header.pointee.displaced &= ~NodeHeader.bit(position)
            return removeEntry(place, at: position)
        }
        let node = place.node
        let index = node.entryIndex(at: position)
        let taken = place.returnsOld ? node.leafEntries[index] : nil
        var shape = node.header.pointee
        shape.displaced &= ~NodeHeader.bit(position)
        shape.removeEntry(at: position)
        place.put(node.copyLeaf(shape, entries: .removal(at: index)))
        return taken
    }
}

extension NodeHeader {
    /// The path of the root of a small map, which goes by the lowest bits; no other node has both this shift and the
    /// flag.
    ///
    /// Above the lowest 16 bits are the positions of displaced entries.
    @inlinable @inline(__always)
    static var smallRootPath: UInt { lowestShift | narrowFlag }

    /// True for the root of a small map.
    @inlinable @inline(__always)
    var isSmallRoot: Bool { UInt16(truncatingIfNeeded: path) == UInt16(truncatingIfNeeded: Self.smallRootPath) }

    /// The positions of entries that are not at their own, in the root of a small map.
    @inlinable @inline(__always)
    var displaced: UInt16 {
        get { UInt16(truncatingIfNeeded: path &>> 16) }
        set { path = UInt(newValue) &<< 16 | Self.smallRootPath }
    }

    /// A position for an entry with this hash in the root of a small map, in which one is vacant: its own, if it can
    /// be.
    @inlinable @inline(__always)
    func vacantPosition(for hash: UInt) -> UInt {
        let position = Self.lowestPosition(of: hash)
        return hasEntry(at: position) ? UInt((~entryMap).trailingZeroBitCount) : position
    }

    /// Makes a note of an entry that is put at a position, unless that is its own.
    @inlinable @inline(__always)
    mutating func noteDisplacement(at position: UInt, of hash: UInt) {
        if position != Self.lowestPosition(of: hash) { displaced |= Self.bit(position) }
    }
}
