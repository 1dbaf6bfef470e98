// SPDX-License-Identifier: Apache-2.0
// What a node of a trie has that a small map hasn't: a path, children, and collisions.
//
// A trie goes by the lowest 61 bits of a key's hash, the highest ones first. That order is made for keys that are numbered,
// as context variables are, and no worse for hashes as good as random. A node begins where hashes part, so keys in
// sequence fill the nodes at the bottom, 16 entries to each, and few nodes are above.

// MARK: - Paths

extension NodeHeader {
    // The path of a node has the number of the lowest bit that selects a position in its six lowest bits, then
    // `narrowFlag`, and above the bits that select, those that all hashes in the subtree have there.

    /// The position that a hash selects in this node; no matter which in a collision node.
    @inlinable @inline(__always) func position(of hash: UInt) -> UInt { Self.position(of: hash, shift: path) }

    /// The path of a node that begins with bit `shift`, below which `hash` lies.
    @inlinable @inline(__always) static func path(to hash: UInt, shift: UInt) -> UInt {
        let narrow: UInt = narrowBits.contains(shift) ? narrowFlag : 0
        return hash & mask(above: shift | narrow) | shift | narrow
    }

    /// The bits of a hash above those that select a position in a node with such a path.
    @inlinable @inline(__always)
    static func mask(above path: UInt) -> UInt { (~0 &<< path) &<< (4 &- (path & narrowFlag) / narrowFlag) }

    /// The bits of which only three, not four, select a position in a node.
    ///
    /// They tell thousands of keys in sequence from each other, above the full nodes at the bottom. An edit retains the
    /// children of the nodes that it copies: 8 + 8 + 8 are fewer than 16 + 16 + 2.
    @inlinable @inline(__always) static var narrowBits: Range<UInt> { 7..<16 }

    /// Set in the path of a node in which three bits select a position. (The fourth is the same in all hashes below, so
    /// a lookup needn't know.)
    @inlinable @inline(__always) static var narrowFlag: UInt { 64 }

    /// The bits in which a hash differs from what all hashes in the subtree have in common: 0 where it belongs there.
    @inlinable @inline(__always) func divergence(of hash: UInt) -> UInt {
        isCollision ? hash ^ collisionHash : trieDivergence(of: hash)
    }

    /// The same where the node has children, and so is no collision node.
    @inlinable @inline(__always) func trieDivergence(of hash: UInt) -> UInt { (hash ^ path) & Self.mask(above: path) }

    /// A hash with the bits that all hashes in the subtree have in common.
    @inlinable var anyHash: UInt { isCollision ? collisionHash : path }

    /// A hash that leads to a position of a node with a path.
    @inlinable
    static func hash(at position: UInt, of path: UInt) -> UInt { path & mask(above: path) | position &<< path }

    /// The hash of a key that is there already; one that leads there if it has changed, against the rule for keys.
    @inlinable static func hash<Key: Hashable>(of key: Key, at position: UInt, of path: UInt) -> UInt {
        let (hash, place) = (hash(of: key), hash(at: position, of: path))
        return (hash ^ place) & (mask(above: path) | 15 &<< path) == 0 ? hash : place
    }

    /// The lowest bit that selects a position in the node at which hashes part that differ in `bits`, which aren't 0.
    @inlinable static func forkShift(_ bits: UInt) -> UInt {
        let bit = UInt(UInt.bitWidth &- 1 &- bits.leadingZeroBitCount)
        if bit < narrowBits.lowerBound { return lowestShift }
        return narrowBits.contains(bit) ? bit &- (bit &- narrowBits.lowerBound) % 3 : bit & ~3
    }
}

// MARK: - Children

extension NodeHeader {
    /// What the byte of a child is greater by than its index.
    @inlinable @inline(__always) static var childFlag: Int8 { .min }

    /// How many positions of a bitmap are below one.
    @inlinable @inline(__always)
    static func count(_ map: UInt16, below position: UInt) -> Int { (map & (bit(position) &- 1)).nonzeroBitCount }

    /// The positions that hold an entry or a child.
    @inlinable @inline(__always) var items: UInt16 { entryMap | childMap }

    /// Adds a child at a vacant position.
    @inlinable @inline(__always) mutating func addChild(at position: UInt) {
        let index = Self.count(childMap, below: position)
        bytes = bytes &- childSigns(above: position)
        setByte(at: position, Self.childFlag &+ Int8(truncatingIfNeeded: index))
        childMap |= Self.bit(position)
    }

    @inlinable @inline(__always) mutating func removeChild(at position: UInt) {
        bytes = bytes &+ childSigns(above: position)
        setByte(at: position, Self.vacancy)
        childMap &= ~Self.bit(position)
    }

    /// -1 at the positions of children above one, zero elsewhere.
    @inlinable @inline(__always) func childSigns(above position: UInt) -> SIMD16<Int8> {
        let position = SIMD16(repeating: Int8(truncatingIfNeeded: position))
        return SIMD16().replacing(with: bytes &>> 7, where: Self.positions .> position)
    }

    @inlinable @inline(__always)
    static var positions: SIMD16<Int8> { SIMD16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) }
}

extension NodeReference {
    /// The children, in order of position.
    @inlinable @inline(__always) var children: UnsafeMutablePointer<Node<Key, Value>> {
        (address + Entry.childrenOffset).assumingMemoryBound(to: Node<Key, Value>.self)
    }

    @inlinable @inline(__always) func child(at index: Int) -> NodeReference { .at(children + index) }

    /// The number of children in the node's own tail.
    @inlinable @inline(__always) var childCount: Int {
        let map = UInt(header.pointee.childMap)
        return map == 0 ? 0 : index(at: UInt(bitPattern: UInt.bitWidth &- 1 &- map.leadingZeroBitCount)) &+ 1
    }

    /// Calls `body` with each entry of the subtree.
    @inlinable func forEachEntry<Failure: Error>(_ body: (EntryPointer) throws(Failure) -> Void) throws(Failure) {
        for index in 0..<entryCount { try body(entries + index) }
        for index in 0..<childCount { try child(at: index).forEachEntry(body) }
    }

    /// Copies children, but for one that is lent, first as bits, then they are retained.
    @inlinable @inline(__always) func copyChildren(_ count: Int, lending lent: Int?, to target: NodeReference) {
        UnsafeMutableRawPointer(target.children).copyMemory(
            from: children, byteCount: count &* MemoryLayout<UnsafeRawPointer>.size)
        let lent = lent ?? count
        for index in 0..<lent { _ = child(at: index).unmanaged.retain() }
        for index in min(lent &+ 1, count)..<count { _ = child(at: index).unmanaged.retain() }
    }

    /// Makes room for so many entries and children, where they leave each other enough, and tells whether they do.
    @inlinable @inline(__always) func divideRoom(entries: Int, children: Int) -> Bool {
        let childRoom = (children &+ 1) & ~1
        let start = address + Entry.offset(childRoom: childRoom)
        let space = UnsafeRawPointer(self.entries + Int(header.pointee.entryRoom)) - UnsafeRawPointer(start)
        // (The entries overlap themselves where they move by less than one: only bits can do that.)
        guard space >= entries &* Entry.stride, !header.pointee.isCollision, _isBitwiseTakable(Entry.self)
        else { return false }
        start.assumingMemoryBound(to: Entry.self).moveInitialize(from: self.entries, count: positionedEntryCount)
        header.pointee.entryRoom = UInt8(truncatingIfNeeded: space / Entry.stride)
        header.pointee.childRoom = UInt8(truncatingIfNeeded: childRoom)
        return true
    }

    /// Opens a vacant position for a child, which the caller initialises, in a node that nobody shares and has room.
    @inlinable @inline(__always) func openChild(at position: UInt) -> UnsafeMutablePointer<Node<Key, Value>> {
        let target = children + NodeHeader.count(header.pointee.childMap, below: position)
        (target + 1).moveInitialize(from: target, count: childCount &- (target - children))
        header.pointee.addChild(at: position)
        return target
    }

    /// Closes the place of a child that has been moved out.
    @inlinable @inline(__always) func closeChild(at position: UInt) {
        let target = children + index(at: position)
        target.moveInitialize(from: target + 1, count: childCount &- (target - children) &- 1)
        header.pointee.removeChild(at: position)
    }
}

// MARK: - Collisions

// A collision node has entries whose whole hash is equal. Its bitmaps are empty; its first four bytes are vacant, the
// next four are the number of entries, the last eight the hash.

extension NodeHeader {
    /// The path of a collision node, by which the highest bit alone selects a position, 0 or 1: both are vacant.
    @inlinable @inline(__always) static var collisionPath: UInt { UInt(UInt.bitWidth &- 1) }

    @inlinable @inline(__always) var isCollision: Bool { path == Self.collisionPath }

    @inlinable mutating func setCollision(hash: UInt, count: Int) {
        var words = unsafeBitCast(Self.vacantBytes.lowHalf, to: SIMD2<UInt32>.self)
        words[1] = UInt32(truncatingIfNeeded: count)
        lowBytes = unsafeBitCast(words, to: SIMD8<Int8>.self)
        highBytes = unsafeBitCast(UInt64(truncatingIfNeeded: hash), to: SIMD8<Int8>.self)
        (entryMap, childMap, positionedEntryCount, path) = (0, 0, 0, Self.collisionPath)
    }

    /// The hash that all the entries of a collision node share.
    @inlinable var collisionHash: UInt { UInt(truncatingIfNeeded: unsafeBitCast(highBytes, to: UInt64.self)) }

    @inlinable var collisionCount: Int { Int(truncatingIfNeeded: unsafeBitCast(lowBytes, to: SIMD2<UInt32>.self)[1]) }

    /// Adds an entry at a vacant position, or to a collision node.
    @inlinable @_transparent mutating func addEntry(at position: UInt) {
        if isCollision { return setCollision(hash: collisionHash, count: collisionCount &+ 1) }
        addPositionedEntry(at: position)
    }

    /// Removes the entry at a position and an index, or one from a collision node.
    @inlinable @_transparent mutating func removeEntry(at position: UInt, index: Int) {
        if isCollision { return setCollision(hash: collisionHash, count: collisionCount &- 1) }
        removePositionedEntry(at: position, index: index)
    }
}

extension NodeReference {
    /// The number of entries in the node's own tail.
    @inlinable @inline(__always) var entryCount: Int {
        header.pointee.isCollision ? header.pointee.collisionCount : positionedEntryCount
    }

    /// The entry of `key` in this collision node.
    @inlinable @inline(never) func collidingEntry(of key: Key, _ hash: UInt) -> EntryPointer? {
        guard hash == header.pointee.collisionHash else { return nil }
        for index in 0..<entryCount where Self.key(of: entries + index).pointee == key { return entries + index }
        return nil
    }
}

// MARK: - Looking up

extension NodeReference {
    /// The entry of `key`, which has this hash, in this trie, or nil.
    ///
    /// Per level: one byte of the header says which child it is, one load more where that lies: ten instructions, so
    /// that the processor begins the next lookups while one waits for the memory. Nothing is retained. Whether the hash
    /// has the bits that the nodes skip is not asked: `==` tells in the end.
    @inlinable @inline(__always) func trieEntry(of key: Key, _ hash: UInt) -> EntryPointer? {
        var (node, byte) = (self, self.byte(at: header.pointee.position(of: hash)))
        while byte < 0 {
            node = node.child(at: byte &- Int(NodeHeader.childFlag))
            byte = node.byte(at: node.header.pointee.position(of: hash))
        }
        return node.entry(at: byte, of: key, hash)
    }

    /// The entry of `key` in this very node, at which the way to its hash ends, or nil.
    @inlinable @inline(__always) func entryHere(of key: Key, _ hash: UInt) -> EntryPointer? {
        entry(at: byte(at: header.pointee.position(of: hash)), of: key, hash)
    }

    /// The same where an edit's way to the hash ends. (A lookup doesn't ask for the bits that nodes skip.)
    @inlinable @inline(never) func entryToEdit(of key: Key, _ hash: UInt) -> EntryPointer? {
        var node = self
        while let index = node.childIndex(towards: hash) { node = node.child(at: index) }
        return node.entryHere(of: key, hash)
    }

    @inlinable @inline(__always) func entry(at byte: Int, of key: Key, _ hash: UInt) -> EntryPointer? {
        if UInt(bitPattern: byte) < UInt(NodeHeader.vacancy) {
            let entry = entries + byte
            return Self.key(of: entry).pointee == key ? entry : nil
        }
        return header.pointee.isCollision ? collidingEntry(of: key, hash) : nil
    }

    /// The index of the child to which a hash belongs, unless it differs from all hashes here, or there is none.
    @inlinable @inline(__always) func childIndex(towards hash: UInt) -> Int? {
        let byte = byte(at: header.pointee.position(of: hash))
        return byte < 0 && header.pointee.trieDivergence(of: hash) == 0 ? byte & 15 : nil
    }
}
