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

    /// The position of the entry at an index of this root of a small map, which has a hash.
    @inlinable @inline(__always)
    func smallPosition(of index: Int, _ hash: UInt) -> UInt {
        let own = NodeHeader.lowestPosition(of: hash)
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

    /// The root of a small map without entries, with room for so many.
    @inlinable
    static func makeSmall(room: Int) -> Node { make(emptyHeader, entryRoom: (room &+ 3) & ~3, childRoom: 0) }

    /// The root of a small map with the entries of a trie, which it shares.
    @inlinable @inline(never)
    static func makeSmall(of trie: NodeReference<Key, Value>, count: Int) -> Node {
        var small = makeSmall(room: count)
        withUnsafeMutablePointer(to: &small) { small in
            let place = NodePlace(small, isUnique: true)
            trie.forEachEntry { addSmall(place, NodeHeader.hash(of: $0.pointee.key)).initialize(to: $0.pointee) }
        }
        return small
    }

    /// Opens a place for an entry in a small map, which becomes a trie where it has no vacant position.
    @inlinable @inline(__always)
    static func addSmall(_ place: NodePlace<Key, Value>, _ hash: UInt) -> UnsafeMutablePointer<Entry> {
        let header = place.node.header
        if header.pointee.entryMap != .max {
            let position = header.pointee.vacantPosition(for: hash)
            let entry = place.insertEntry(at: place.node.entryIndex(at: position), position)
            place.node.header.pointee.noteDisplacement(at: position, of: hash)
            return entry
        }
        let (trie, entry) = makeTrie(of: place.node, adding: hash)
        place.put(trie)
        return entry
    }

    /// Removes the entry at an index from a small map.
    @inlinable @inline(__always)
    static func removeSmall(_ place: NodePlace<Key, Value>, at index: Int, _ hash: UInt) {
        let position = place.node.smallPosition(of: index, hash)
        place.removeEntry(at: index, position)
        place.node.header.pointee.displaced &= ~NodeHeader.bit(position)
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
