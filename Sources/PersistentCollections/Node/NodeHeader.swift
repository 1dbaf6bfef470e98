/// What a node knows about its tail: which of its 16 positions hold an entry, which hold a child, and where each one lies.
///
/// `entryRanks` is a table of sixteen 4-bit numbers: number `p` says how many entries lie at positions below `p`, which
/// is the index of the entry at `p` in the node's dense array. `childRanks` is the same for the children. A lookup thus
/// needs one shift and one mask where a bitmap alone needs a population count, which takes about a dozen dependent
/// instructions on baseline x86-64 and a trip through the vector unit on arm64. Inserting or removing at `p` adds or
/// subtracts one in every number above `p`: a single addition on the whole table.
///
/// A collision node (entries whose whole hash is equal) has two empty bitmaps and a count; `entryRanks` is its hash.
/// An empty node, which only a root can be, has two empty bitmaps and the count 0.
///
/// `path` says which bits of a hash select the position, and what all hashes below have in the bits above those.
@usableFromInline
struct NodeHeader {
    /// Index of the entry at each position; the hash of a collision node.
    @usableFromInline var entryRanks: UInt64
    /// Index of the child at each position; the number of entries of a collision node.
    @usableFromInline var childRanks: UInt64
    /// Bit `p` is set when position `p` holds an entry.
    @usableFromInline var entryMap: UInt16
    /// Bit `p` is set when position `p` holds a child.
    ///
    /// No position holds both.
    @usableFromInline var childMap: UInt16
    /// Where the tail ends in units of 8 bytes, and in the lowest four bits how to destroy keys and values.
    @usableFromInline var endAndDestruction: UInt32
    /// In the lowest six bits the number of the lowest bit that selects a position, and `narrowFlag`; above the
    /// bits that do, the bits that all hashes in the subtree have there.
    ///
    /// `smallRootPath` in the root of a small map, whose hashes need have nothing in common; `collisionPath` in a collision node.
    @usableFromInline var path: UInt

    /// A node without entries and children.
    @inlinable @inline(__always)
    init(keys: Destruction, values: Destruction) {
        entryRanks = 0
        childRanks = 0
        entryMap = 0
        childMap = 0
        endAndDestruction = keys.rawValue | values.rawValue &<< 2
        path = Self.smallRootPath
    }

    /// What it takes to destroy a key or a value.
    @usableFromInline
    enum Destruction: UInt32 {
        case nothing, release, general
    }
}

extension NodeHeader {
    /// Bytes from the start of the object to the end of its tail, a multiple of 8.
    ///
    /// Entries fill the tail from its start, children from its end.
    @inlinable @inline(__always)
    var endOffset: Int {
        get { Int(truncatingIfNeeded: (endAndDestruction &>> 4) &<< 3) }
        set {
            let words = UInt32(truncatingIfNeeded: newValue &>> 3)
            endAndDestruction = words &<< 4 | endAndDestruction & 15
        }
    }

    @inlinable
    var keyDestruction: Destruction { Destruction(rawValue: endAndDestruction & 3) ?? .general }

    @inlinable
    var valueDestruction: Destruction { Destruction(rawValue: (endAndDestruction &>> 2) & 3) ?? .general }

    /// Makes this the header of a collision node.
    @inlinable
    mutating func setCollision(hash: UInt, count: Int) {
        entryMap = 0
        childMap = 0
        entryRanks = UInt64(truncatingIfNeeded: hash)
        childRanks = UInt64(truncatingIfNeeded: count)
        path = Self.collisionPath
    }
}

extension NodeHeader {
    /// Bits of the hash that one level of the trie consumes.
    @inlinable @inline(__always)
    static var bitsPerLevel: UInt { 4 }

    /// The hash of a key as the trie has it: the lowest 61 bits of `hashValue`, and below them three zeros.
    ///
    /// What those bits would be is where a `path` has its lowest bits.
    @inlinable @inline(__always)
    static func hash(of key: some Hashable) -> UInt { UInt(bitPattern: key.hashValue) &<< lowestShift }

    /// The lowest bit that selects a position in any node.
    @inlinable @inline(__always)
    static var lowestShift: UInt { 3 }

    /// The path of the root of a small map, which goes by the lowest bits; no other node has both this shift and the flag.
    @inlinable @inline(__always)
    static var smallRootPath: UInt { lowestShift | narrowFlag }

    /// Position that a hash selects in a node that begins with bit `shift`.
    @inlinable @inline(__always)
    static func position(of hash: UInt, shift: UInt) -> UInt { (hash &>> shift) & 15 }

    /// Position that a hash selects in this node; no matter which in a collision node.
    @inlinable @inline(__always)
    func position(of hash: UInt) -> UInt { Self.position(of: hash, shift: path) }

    /// Number of the lowest bit that selects a position.
    @inlinable @inline(__always)
    var shift: UInt { path & 63 }

    /// The path of a collision node.
    @inlinable @inline(__always)
    static var collisionPath: UInt { 0 }

    /// True for the root of a small map.
    @inlinable @inline(__always)
    var isSmallRoot: Bool { path == Self.smallRootPath }

    /// The path of a node that begins with bit `shift`, below which `hash` lies.
    @inlinable @inline(__always)
    static func path(to hash: UInt, shift: UInt) -> UInt {
        let narrow: UInt = narrowBits.contains(shift) ? narrowFlag : 0
        return hash & mask(above: shift | narrow) | shift | narrow
    }

    /// The bits of a hash above those that select a position in a node with such a path.
    @inlinable @inline(__always)
    static func mask(above path: UInt) -> UInt {
        (~0 &<< path) &<< (bitsPerLevel &- (path & narrowFlag) / narrowFlag)
    }

    /// The bits of which only three, not four, select a position in a node.
    ///
    /// They tell thousands of keys in sequence from each other, above the nodes at the bottom, where nodes are all full. An
    /// edit retains the children of the nodes that it copies: 8 + 8 + 8 are fewer than 16 + 16 + 1, and as many nodes.
    /// Hashes that are as good as random part in the highest bits, where fewer nodes count for more.
    @inlinable @inline(__always)
    static var narrowBits: Range<UInt> { 7..<16 }

    /// The bit of a path that is set where three bits select a position.
    ///
    /// The fourth is the same in all hashes below, so a lookup needn't know.
    @inlinable @inline(__always)
    static var narrowFlag: UInt { 64 }

    /// The bits in which a hash differs from what all hashes in the subtree have in common: 0 where it belongs into the
    /// subtree.
    @inlinable @inline(__always)
    func divergence(of hash: UInt) -> UInt {
        if isSmallRoot { return 0 }
        return isCollision ? hash ^ collisionHash : (hash ^ path) & Self.mask(above: path)
    }

    /// A hash with the bits that all hashes in the subtree have in common.
    @inlinable
    var anyHash: UInt { isCollision ? collisionHash : path }

    /// The lowest bit that selects a position in the node at which hashes part that differ in `bits`, which aren't 0.
    @inlinable
    static func forkShift(_ bits: UInt) -> UInt {
        let bit = UInt(truncatingIfNeeded: UInt.bitWidth - 1 - bits.leadingZeroBitCount)
        if bit < narrowBits.lowerBound { return lowestShift }
        return narrowBits.contains(bit) ? bit &- (bit &- narrowBits.lowerBound) % 3 : bit & ~3
    }

    /// One in every number of a rank table above `position`.
    @inlinable @inline(__always)
    static func ones(above position: UInt) -> UInt64 {
        (0x1111_1111_1111_1111 &<< UInt64(4 &* position)) &<< 4
    }
}

extension NodeHeader {
    @inlinable @inline(__always)
    func hasEntry(at position: UInt) -> Bool { (entryMap &>> UInt16(truncatingIfNeeded: position)) & 1 != 0 }

    @inlinable @inline(__always)
    func hasChild(at position: UInt) -> Bool { (childMap &>> UInt16(truncatingIfNeeded: position)) & 1 != 0 }

    @inlinable @inline(__always)
    func entryIndex(at position: UInt) -> Int { Int((entryRanks &>> UInt64(4 &* position)) & 15) }

    @inlinable @inline(__always)
    func childIndex(at position: UInt) -> Int { Int((childRanks &>> UInt64(4 &* position)) & 15) }

    @inlinable @inline(__always)
    var isCollision: Bool { path == Self.collisionPath }

    /// The hash that all the entries of a collision node share.
    @inlinable
    var collisionHash: UInt { UInt(truncatingIfNeeded: entryRanks) }

    /// Number of entries in the node's own tail.
    @inlinable @inline(__always)
    var entryCount: Int {
        isCollision ? Int(truncatingIfNeeded: childRanks) : positionedEntryCount
    }

    /// The same for a node that is no collision node.
    @inlinable @inline(__always)
    var positionedEntryCount: Int { Int((entryRanks &>> 60) &+ UInt64(entryMap &>> 15)) }

    /// Number of children in the node's own tail.
    @inlinable @inline(__always)
    var childCount: Int { Int((childRanks &>> 60) &+ UInt64(childMap &>> 15)) }

    /// Number of entries and children in the node's own tail.
    @inlinable
    var itemCount: Int { entryCount &+ childCount }

    @inlinable @inline(__always)
    mutating func addEntry(at position: UInt) {
        entryMap |= 1 &<< UInt16(truncatingIfNeeded: position)
        entryRanks &+= Self.ones(above: position)
    }

    @inlinable @inline(__always)
    mutating func removeEntry(at position: UInt) {
        entryMap &= ~(1 &<< UInt16(truncatingIfNeeded: position))
        entryRanks &-= Self.ones(above: position)
    }

    @inlinable @inline(__always)
    mutating func addChild(at position: UInt) {
        childMap |= 1 &<< UInt16(truncatingIfNeeded: position)
        childRanks &+= Self.ones(above: position)
    }

    @inlinable @inline(__always)
    mutating func removeChild(at position: UInt) {
        childMap &= ~(1 &<< UInt16(truncatingIfNeeded: position))
        childRanks &-= Self.ones(above: position)
    }

    /// Takes over everything but the capacity and the kinds of destruction.
    @inlinable
    mutating func copyShape(of other: NodeHeader) {
        entryMap = other.entryMap
        childMap = other.childMap
        entryRanks = other.entryRanks
        childRanks = other.childRanks
        path = other.path
    }

    /// Makes the node empty.
    ///
    /// Its allocation stays as large as it is.
    @inlinable @inline(__always)
    mutating func removeAll() {
        entryMap = 0
        childMap = 0
        entryRanks = 0
        childRanks = 0
    }
}
