/// What a node knows about its tail: which of its 16 positions hold an entry, which hold a child, and where each one
/// lies.
///
/// `slots` has a byte for each position, which says all that a lookup asks. A step from a node to its child is fifteen
/// instructions; with bitmaps and, in the same 16 bytes, two tables of 4-bit ranks, it was 24, and a lookup among
/// 100,000 keys took twice as long. Such lookups wait for the memory. The next one begins meanwhile, if its
/// instructions still fit into the processor's queues.
///
/// A collision node (entries whose whole hash is equal) has two empty bitmaps and, in `slots`, its hash and a count. An
/// empty node, which only a root can be, has two empty bitmaps.
///
/// `path` says which bits of a hash select the position, and what all hashes below have in the bits above those.
@usableFromInline
struct NodeHeader {
    /// A byte for each position: the index of the entry there; or the complement of the index of the child there, a
    /// negative number, less `fullLeafMark` where the child is a full leaf; or `vacancy` and the index that an entry
    /// there would have.
    ///
    /// In a collision node the first four are vacant, the next four are the number of entries, the last eight the hash.
    ///
    /// (Kept in two halves, since the whole vector would have the allocator asked for an alignment of 16 bytes: on
    /// Linux a call of `posix_memalign` in place of one of `malloc`.)
    @usableFromInline var lowSlots: SIMD8<Int8>
    @usableFromInline var highSlots: SIMD8<Int8>
    /// Bit `p` is set when position `p` holds an entry.
    @usableFromInline var entryMap: UInt16
    /// Bit `p` is set when position `p` holds a child.
    ///
    /// No position holds both.
    @usableFromInline var childMap: UInt16
    /// Where the tail ends in units of 8 bytes, and in the lowest bits the node's `destruction`.
    @usableFromInline var endAndDestruction: UInt32
    /// In the lowest six bits the number of the lowest bit that selects a position, and `narrowFlag`; above the
    /// bits that do, the bits that all hashes in the subtree have there.
    ///
    /// `collisionPath` in a collision node; `smallRootPath` and the displaced positions in the root of a small map,
    /// whose hashes need have nothing in common.
    @usableFromInline var path: UInt

    /// A node without entries and children.
    @inlinable @inline(__always)
    init(_ destruction: Destruction) {
        lowSlots = Self.vacantSlots.lowHalf
        highSlots = Self.vacantSlots.highHalf
        entryMap = 0
        childMap = 0
        endAndDestruction = destruction.rawValue
        path = Self.smallRootPath
    }
}

extension NodeHeader {
    /// The byte for each position.
    @inlinable @inline(__always)
    var slots: SIMD16<Int8> {
        get { SIMD16(lowHalf: lowSlots, highHalf: highSlots) }
        set {
            lowSlots = newValue.lowHalf
            highSlots = newValue.highHalf
        }
    }

    /// Bytes from the start of the object to the end of its tail, a multiple of 8.
    ///
    /// Entries fill the tail from its start, children from its end.
    @inlinable @inline(__always)
    var endOffset: Int {
        get { Int(truncatingIfNeeded: (endAndDestruction &>> Destruction.bitWidth) &<< 3) }
        set {
            let words = UInt32(truncatingIfNeeded: newValue &>> 3)
            endAndDestruction = words &<< Destruction.bitWidth | destruction.rawValue
        }
    }

    /// How to destroy the node's entries.
    @inlinable @inline(__always)
    var destruction: Destruction {
        Destruction(rawValue: endAndDestruction & (1 &<< Destruction.bitWidth &- 1))
    }
}

extension NodeHeader {
    /// Makes this the header of a collision node.
    @inlinable
    mutating func setCollision(hash: UInt, count: Int) {
        entryMap = 0
        childMap = 0
        var words = unsafeBitCast(Self.vacantSlots, to: SIMD4<UInt32>.self)
        words[1] = UInt32(truncatingIfNeeded: count)
        var halves = unsafeBitCast(words, to: SIMD2<UInt64>.self)
        halves[1] = UInt64(truncatingIfNeeded: hash)
        slots = unsafeBitCast(halves, to: SIMD16<Int8>.self)
        path = Self.collisionPath
    }

    @inlinable @inline(__always)
    var isCollision: Bool { path == Self.collisionPath }

    /// Whether entries may be elsewhere than at the position that their hash selects.
    @inlinable @inline(__always)
    var hasEntriesElsewhere: Bool { isCollision || isSmallRoot && displaced != 0 }

    /// The hash that all the entries of a collision node share.
    @inlinable
    var collisionHash: UInt { UInt(truncatingIfNeeded: unsafeBitCast(slots, to: SIMD2<UInt64>.self)[1]) }

    /// Number of entries of a collision node.
    @inlinable
    var collisionCount: Int { Int(truncatingIfNeeded: unsafeBitCast(slots, to: SIMD4<UInt32>.self)[1]) }
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

    /// Position that a hash selects in a node that begins with bit `shift`.
    @inlinable @inline(__always)
    static func position(of hash: UInt, shift: UInt) -> UInt { (hash &>> shift) & 15 }

    /// Position that a hash selects in a node that begins with the lowest bit.
    @inlinable @inline(__always)
    static func lowestPosition(of hash: UInt) -> UInt { position(of: hash, shift: lowestShift) }

    /// Position that a hash selects in this node; no matter which in a collision node.
    @inlinable @inline(__always)
    func position(of hash: UInt) -> UInt { Self.position(of: hash, shift: path) }

    /// Number of the lowest bit that selects a position.
    @inlinable @inline(__always)
    var shift: UInt { path & 63 }

    /// The path of a collision node, by which the highest bit alone selects a position, 0 or 1: both are vacant.
    @inlinable @inline(__always)
    static var collisionPath: UInt { UInt(UInt.bitWidth &- 1) }

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
    /// They tell thousands of keys in sequence from each other, above the nodes at the bottom, where nodes are all
    /// full. An edit retains the children of the nodes that it copies: 8 + 8 + 8 are fewer than 16 + 16 + 1, and as
    /// many nodes. Hashes that are as good as random part in the highest bits, where fewer nodes count for more.
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
        isCollision ? hash ^ collisionHash : (hash ^ path) & Self.mask(above: path)
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
}

extension NodeHeader {
    /// What the byte of a position without an entry or a child is greater by than the index of an entry there.
    @inlinable @inline(__always)
    static var vacancy: Int8 { 16 }

    /// The bytes of an empty node.
    @inlinable @inline(__always)
    static var vacantSlots: SIMD16<Int8> { SIMD16(repeating: vacancy) }

    /// What the byte of a child that is a full leaf is less by than that of another one.
    @inlinable @inline(__always)
    static var fullLeafMark: Int8 { 16 }

    /// Whether the node has an entry at each position of the lowest bits.
    ///
    /// Such a leaf has the entry of a position at the index that is the position. Its parent's header says that it is
    /// one, so a lookup doesn't read the leaf's own.
    @inlinable @inline(__always)
    var isFullLeaf: Bool { entryMap == .max && shift == Self.lowestShift }

    @inlinable @inline(__always)
    func hasEntry(at position: UInt) -> Bool { (entryMap &>> UInt16(truncatingIfNeeded: position)) & 1 != 0 }

    @inlinable @inline(__always)
    func hasChild(at position: UInt) -> Bool { (childMap &>> UInt16(truncatingIfNeeded: position)) & 1 != 0 }

    /// The highest position in a bitmap that isn't empty.
    @inlinable @inline(__always)
    static func highestPosition(in map: UInt16) -> UInt {
        let width = UInt(UInt.bitWidth)
        return width &- 1 &- UInt(bitPattern: UInt(map).leadingZeroBitCount)
    }

    /// The bitmap of `position`.
    @inlinable @inline(__always)
    static func bit(_ position: UInt) -> UInt16 { 1 &<< UInt16(truncatingIfNeeded: position) }

    // Whether a byte stands for a child is asked of its sign, moved to all bits: -1 or 0. That is one instruction, and
    // so are the comparisons of positions; those of the bytes themselves become loops (Swift 6.3).

    @inlinable @inline(__always)
    mutating func addEntry(at position: UInt) {
        slots = slots &- Self.above(position, ~(slots &>> 7)) &- Self.at(position, Self.vacancy)
        entryMap |= Self.bit(position)
    }

    @inlinable @inline(__always)
    mutating func removeEntry(at position: UInt) {
        slots = slots &+ Self.above(position, ~(slots &>> 7)) &+ Self.at(position, Self.vacancy)
        entryMap &= ~Self.bit(position)
    }

    @inlinable @inline(__always)
    mutating func addChild(at position: UInt) {
        let index = (childMap & (Self.bit(position) &- 1)).nonzeroBitCount
        slots = slots &+ Self.above(position, slots &>> 7)
        slots.replace(with: Int8(truncatingIfNeeded: ~index), where: Self.positions .== Self.all(position))
        childMap |= Self.bit(position)
    }

    @inlinable @inline(__always)
    mutating func removeChild(at position: UInt) {
        let index = (entryMap & (Self.bit(position) &- 1)).nonzeroBitCount
        slots = slots &- Self.above(position, slots &>> 7)
        slots.replace(
            with: Self.vacancy &+ Int8(truncatingIfNeeded: index), where: Self.positions .== Self.all(position))
        childMap &= ~Self.bit(position)
    }

    /// `bytes` at the positions above one, zero elsewhere.
    @inlinable @inline(__always)
    static func above(_ position: UInt, _ bytes: SIMD16<Int8>) -> SIMD16<Int8> {
        SIMD16().replacing(with: bytes, where: positions .> all(position))
    }

    /// `byte` at one position, zero elsewhere.
    @inlinable @inline(__always)
    static func at(_ position: UInt, _ byte: Int8) -> SIMD16<Int8> {
        SIMD16().replacing(with: byte, where: positions .== all(position))
    }

    /// The position of each byte.
    @inlinable @inline(__always)
    static var positions: SIMD16<Int8> { SIMD16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) }

    /// A position in all bytes.
    @inlinable @inline(__always)
    static func all(_ position: UInt) -> SIMD16<Int8> { SIMD16(repeating: Int8(truncatingIfNeeded: position)) }

    /// Takes over everything but the capacity and how to destroy entries.
    @inlinable
    mutating func copyShape(of other: NodeHeader) {
        slots = other.slots
        entryMap = other.entryMap
        childMap = other.childMap
        path = other.path
    }

    /// Makes the node empty.
    ///
    /// Its allocation stays as large as it is.
    @inlinable @inline(__always)
    mutating func removeAll() {
        slots = Self.vacantSlots
        entryMap = 0
        childMap = 0
        path = Self.smallRootPath
    }
}
