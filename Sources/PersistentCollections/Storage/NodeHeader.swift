// SPDX-License-Identifier: Apache-2.0
/// What a node knows about its tail: which of its 16 positions hold an entry, which hold a child, and where each one
/// lies.
///
/// `slots` has a byte for each position, which says all that a lookup asks: a step from a node to its child is ten
/// instructions, so that the processor begins the next lookups while one waits for the memory.
///
/// A collision node (entries whose whole hash is equal) has two empty bitmaps and, in `slots`, its hash and a count. An
/// empty node, which only a root can be, has two empty bitmaps.
@usableFromInline
struct NodeHeader {
    /// A byte for each position: the index of the entry there; `childFlag`, a negative number, and the index of the
    /// child there, with `fullLeafMark` added where the child is a full leaf; or `vacancy` and the index that an entry
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
    /// How much room the tail has, and how its entries are destroyed.
    ///
    /// It belongs to the allocation; all else is the node's shape.
    @usableFromInline var room: Room
    /// Which bits of a hash select the position, and what all hashes below have in the bits above those (see
    /// NodeHeader+Path.swift); in the root of a small map the displaced positions (see `Small/`).
    @usableFromInline var path: UInt

    /// A node without entries and children: an empty small map.
    @inlinable @inline(__always)
    init(_ destruction: Destruction) {
        lowSlots = Self.vacantSlots.lowHalf
        highSlots = Self.vacantSlots.highHalf
        entryMap = 0
        childMap = 0
        room = Room(entries: 0, children: 0, destruction)
        path = Self.smallRootPath
    }
}

extension NodeHeader {
    /// How many entries and children have room in a node's tail, in one word with the node's `Destruction`.
    @usableFromInline
    struct Room {
        /// From the lowest bit: `Destruction.bitWidth` bits of that, five for the children, the rest for the entries.
        @usableFromInline let rawValue: UInt32

        /// Entries beyond what the bits can say are as good as not there: such a node, of millions of keys with one
        /// hash, moves each time that it grows.
        @inlinable @inline(__always)
        init(entries: Int, children: Int, _ destruction: Destruction) {
            let most: UInt32 = .max &>> Self.entriesShift
            rawValue =
                min(UInt32(truncatingIfNeeded: entries), most) &<< Self.entriesShift
                | UInt32(truncatingIfNeeded: children) &<< Destruction.bitWidth | destruction.rawValue
        }

        @inlinable @inline(__always)
        static var entriesShift: UInt32 { Destruction.bitWidth &+ 5 }

        @inlinable @inline(__always)
        var entries: Int { Int(rawValue &>> Self.entriesShift) }

        @inlinable @inline(__always)
        var children: Int { Int((rawValue &>> Destruction.bitWidth) & 31) }

        @inlinable @inline(__always)
        var destruction: Destruction { Destruction(rawValue: rawValue & (1 &<< Destruction.bitWidth &- 1)) }
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

    /// The hash that all the entries of a collision node share.
    @inlinable
    var collisionHash: UInt { UInt(truncatingIfNeeded: unsafeBitCast(slots, to: SIMD2<UInt64>.self)[1]) }

    /// Number of entries of a collision node.
    @inlinable
    var collisionCount: Int { Int(truncatingIfNeeded: unsafeBitCast(slots, to: SIMD4<UInt32>.self)[1]) }

    /// Makes the node empty; its allocation stays as large as it is.
    @inlinable @inline(__always)
    mutating func removeAll() {
        setShape(NodeHeader(room.destruction))
    }

    /// Takes over everything but the room, which belongs to the allocation.
    @inlinable @inline(__always)
    mutating func setShape(_ shape: NodeHeader) {
        let room = room
        self = shape
        self.room = room
    }
}

extension NodeHeader {
    /// What the byte of a position without an entry or a child is greater by than the index of an entry there.
    @inlinable @inline(__always)
    static var vacancy: Int8 { 16 }

    /// The bytes of an empty node.
    @inlinable @inline(__always)
    static var vacantSlots: SIMD16<Int8> { SIMD16(repeating: vacancy) }

    /// What the byte of a child is greater by than its index.
    @inlinable @inline(__always)
    static var childFlag: Int8 { .min }

    /// What the byte of a child that is a full leaf is greater by than that of another one.
    @inlinable @inline(__always)
    static var fullLeafMark: Int8 { 16 }

    /// Whether the node has an entry at each position of the lowest bits, and room for nothing else.
    ///
    /// Such a leaf has the entry of a position at the index that is the position, and no children before its entries.
    /// Its parent's header says that it is one, so a lookup doesn't read the leaf's own.
    @inlinable @inline(__always)
    var isFullLeaf: Bool { entryMap == .max && shift == Self.lowestShift && room.children == 0 }

    /// The positions that hold an entry or a child.
    @inlinable @inline(__always)
    var items: UInt16 { entryMap | childMap }

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

    /// How many positions of a bitmap are below one.
    @inlinable @inline(__always)
    static func count(_ map: UInt16, below position: UInt) -> Int { (map & (bit(position) &- 1)).nonzeroBitCount }
}

extension NodeHeader {
    // The sign bit of a byte marks a child; an arithmetic shift turns it into -1 or 0. That is one instruction, and so are
    // the comparisons of positions; those of the bytes themselves become loops (Swift 6.3).

    /// Adds an entry at a vacant position, or to a collision node of so many.
    @inlinable @inline(__always)
    mutating func addEntry(at position: UInt, orTo count: Int) {
        if isCollision { return setCollision(hash: collisionHash, count: count &+ 1) }
        addEntry(at: position)
    }

    /// Removes the entry at a position, or from a collision node of so many.
    @inlinable @inline(__always)
    mutating func removeEntry(at position: UInt, orFrom count: Int) {
        if isCollision { return setCollision(hash: collisionHash, count: count &- 1) }
        removeEntry(at: position)
    }

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

    /// Adds a child at a vacant position.
    @inlinable @inline(__always)
    mutating func addChild(at position: UInt) {
        let index = Self.count(childMap, below: position)
        slots = slots &- Self.above(position, slots &>> 7)
        slots.replace(
            with: Self.childFlag &+ Int8(truncatingIfNeeded: index), where: Self.positions .== Self.all(position))
        childMap |= Self.bit(position)
    }

    @inlinable @inline(__always)
    mutating func removeChild(at position: UInt) {
        let index = Self.count(entryMap, below: position)
        slots = slots &+ Self.above(position, slots &>> 7)
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
}
