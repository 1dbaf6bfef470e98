// The root of a small map, of up to 16 entries, has all of them itself. An entry's own position is what the lowest four
// bits of its hash say. Where that is taken, the entry lies at a vacant one, and the header names it as displaced: so a
// small map never needs a second node, whatever its hashes, and only a key that isn't at its own position costs a
// search, through the displaced ones.

extension NodeReference {
    /// The entry of `key` in this root of a small map, or nil.
    @inlinable @inline(__always)
    func smallEntry(of key: Key, _ hash: UInt) -> UnsafeMutablePointer<Entry>? {
        smallPosition(of: key, hash).map { entries + entryIndex(at: $0) }
    }

    /// Where the entry of `key` lies in this root of a small map; nil where it isn't there.
    @inlinable @inline(__always)
    func smallPosition(of key: Key, _ hash: UInt) -> UInt? {
        let position = header.pointee.position(of: hash)
        if header.pointee.hasEntry(at: position),
            Self.key(of: entries + entryIndex(at: position)).pointee == key
        {
            return position
        }
        return header.pointee.displaced == 0 ? nil : displacedPosition(of: key)
    }

    @inlinable @inline(never)
    func displacedPosition(of key: Key) -> UInt? {
        var positions = header.pointee.displaced
        while positions != 0 {
            let position = UInt(positions.trailingZeroBitCount)
            if Self.key(of: entries + entryIndex(at: position)).pointee == key { return position }
            positions &= positions &- 1
        }
        return nil
    }

    /// A copy of this root of a small map, which has a vacant position, with an entry for `key`, which it doesn't have.
    @inlinable @inline(never)
    func copy(insertingSmall key: consuming Key, _ hash: UInt, _ value: consuming Value) -> Node<Key, Value> {
        let position = header.pointee.vacantPosition(for: hash)
        let node = copy(insertingAt: position, key, value, children: 0)
        node.reference.header.pointee.noteDisplacement(at: position, of: hash)
        return node
    }

    /// A copy of this root of a small map with another value in entry `index`, whose key is equal to `key`.
    ///
    /// As ``copy(replacingValueAt:with:)``, without a thought of children, and with a key at hand that may spare a
    /// retain.
    @inlinable @inline(never)
    func copy(
        replacingSmallValueAt index: Int, of key: consuming Key, with value: consuming Value
    ) -> Node<Key, Value> {
        let count = positionedEntryCount
        let node = Node<Key, Value>.make(header.pointee, entries: count, children: 0)
        let target = node.reference
        if sharesKeys(entries: count) {
            shareEntries(count, with: target, replacingValueAt: index, with: value)
        } else {
            copyEntries(0, index, to: target.entries)
            let old = entries + index
            // The same object is moved in, which spares it a retain and a release.
            (target.entries + index).initialize(to: Entry(Self.isSame(key, as: old) ? key : old.pointee.key, value))
            copyEntries(index &+ 1, count, to: target.entries + (index &+ 1))
        }
        return node
    }

    /// Whether a key is the very object that an entry has.
    @inlinable @inline(__always)
    static func isSame(_ key: Key, as entry: UnsafeMutablePointer<Entry>) -> Bool {
        guard Key.self is AnyObject.Type else { return false }
        return unsafeBitCast(key, to: UnsafeRawPointer.self) == UnsafeRawPointer(entry).load(as: UnsafeRawPointer.self)
    }

    /// A copy of this root of a small map without the entry at `position`.
    @inlinable
    func copy(removingSmallAt position: UInt) -> Node<Key, Value> {
        let node = copy(removingAt: position)
        node.reference.header.pointee.displaced &= ~NodeHeader.bit(position)
        return node
    }

    /// Compares the roots of two small maps with the same number of entries, of which not all are at their own
    /// positions.
    @inlinable @inline(never)
    func isEqualSmall(to other: NodeReference, by areEqual: (Value, Value) throws -> Bool) rethrows -> Bool {
        for index in 0..<entryCount {
            let entry = entries + index
            guard let match = other.entry(of: Self.key(of: entry).pointee),
                try areEqual(Self.value(of: entry).pointee, Self.value(of: match).pointee)
            else { return false }
        }
        return true
    }
}

extension Node {
    /// Sets the value of the entry of `key` in the small map whose root is at `root`, and returns the old one.
    @inlinable @inline(__always)
    static func replaceSmall(
        root: UnsafeMutablePointer<Node?>, _ entry: UnsafeMutablePointer<Entry>, of key: Key,
        with value: consuming Value
    ) -> Value {
        let slot = slot(root: root)
        if isKnownUniquelyReferenced(&slot.pointee) { return exchange(value, in: entry) }
        let node = slot.pointee.reference
        let old = NodeReference.value(of: entry).pointee
        slot.pointee = node.copy(replacingSmallValueAt: entry - node.entries, of: key, with: value)
        return old
    }

    /// Adds an entry to the small map whose root, which has a vacant position, is at `root`.
    @inlinable
    static func insertSmall(root: UnsafeMutablePointer<Node?>, _ key: Key, _ hash: UInt, _ value: consuming Value) {
        let slot = slot(root: root)
        guard isKnownUniquelyReferenced(&slot.pointee) else {
            slot.pointee = slot.pointee.reference.copy(insertingSmall: key, hash, value)
            return
        }
        let position = slot.pointee.reference.header.pointee.vacantPosition(for: hash)
        insert(key, value, at: position, in: slot)
        slot.pointee.reference.header.pointee.noteDisplacement(at: position, of: hash)
    }

    /// Takes the entry at `position` out of the small map whose root is at `root`.
    @inlinable
    static func removeSmall(root: UnsafeMutablePointer<Node?>, at position: UInt) -> Entry {
        let slot = slot(root: root)
        let node = slot.pointee.reference
        guard isKnownUniquelyReferenced(&slot.pointee) else {
            let taken = node.entries[node.entryIndex(at: position)]
            slot.pointee = node.copy(removingSmallAt: position)
            return taken
        }
        node.header.pointee.displaced &= ~NodeHeader.bit(position)
        return takeEntry(at: position, from: node)
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
        let position = position(of: hash)
        return hasEntry(at: position) ? UInt((~entryMap).trailingZeroBitCount) : position
    }

    /// Makes a note of an entry that has just been put at a position, unless that is its own.
    @inlinable @inline(__always)
    mutating func noteDisplacement(at position: UInt, of hash: UInt) {
        if position != self.position(of: hash) { displaced |= Self.bit(position) }
    }
}
