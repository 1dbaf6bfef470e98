// SPDX-License-Identifier: Apache-2.0
// How a node lies in memory:
//
//     ┌────────┬────────────┬───────────┬──────────────────────┬─────────────────────┐
//     │ object │ NodeHeader │ key owner │ children, in order   │ entries, in any     │
//     │ 16 B   │ 32 B       │ 8 B       │ of position, → room  │ order, → room       │
//     └────────┴────────────┴───────────┴──────────────────────┴─────────────────────┘
//
// Children lie at a constant offset, so a step down a trie is one load with what the header's byte says. So do the entries
// of a node that has no room for children, such as a small map's.

/// What a node knows about its tail: which of its 16 positions hold an entry or a child, and where each one lies.
///
/// An empty node, which only a root can be, has two empty bitmaps, and so has a collision node (see `Trie/`).
@usableFromInline struct NodeHeader {
    /// A byte for each position, which says all that a lookup asks: the index of the entry there; `childFlag`, which
    /// makes it negative, and the index of the child there; or `vacancy`.
    ///
    /// (In two halves: for a whole vector the allocator would be asked for an alignment of 16 bytes, on Linux by
    /// `posix_memalign` in place of `malloc`.)
    @usableFromInline var lowBytes: SIMD8<Int8>
    @usableFromInline var highBytes: SIMD8<Int8>
    /// Bit `p` is set when position `p` holds an entry.
    @usableFromInline var entryMap: UInt16
    /// Bit `p` is set when position `p` holds a child; no position holds both.
    @usableFromInline var childMap: UInt16
    @usableFromInline var destruction: Destruction
    /// How many bits of `entryMap` are set, and so the index of the next entry; 0 in a collision node.
    @usableFromInline var positionedEntryCount: UInt8
    /// For how many entries and children the tail has room.
    ///
    /// (A collision node may have room for more entries than fit in here. The two lie between what a copy keeps, else that
    /// is copied as bytes across words, and the next load of `path` waits for it.)
    @usableFromInline var childRoom: UInt8
    @usableFromInline var entryRoom: UInt8
    /// In the root of a small map the displaced positions (see `Small/`); in a trie which bits of a hash select the
    /// position, and what all hashes below have in the bits above those (see `Trie/`).
    @usableFromInline var path: UInt

    /// A node without entries, children and room: an empty small map.
    @inlinable @inline(__always) init(_ destruction: Destruction) {
        lowBytes = Self.vacantBytes.lowHalf
        highBytes = Self.vacantBytes.highHalf
        (entryMap, childMap, positionedEntryCount, entryRoom, childRoom) = (0, 0, 0, 0, 0)
        self.destruction = destruction
        path = Self.smallRootPath
    }

    /// Makes the node empty; its allocation stays as large as it is.
    @inlinable @inline(__always) mutating func removeAll() {
        bytes = Self.vacantBytes
        (entryMap, childMap, positionedEntryCount, path) = (0, 0, 0, Self.smallRootPath)
    }

    @inlinable @inline(__always) var bytes: SIMD16<Int8> {
        get { SIMD16(lowHalf: lowBytes, highHalf: highBytes) }
        set { (lowBytes, highBytes) = (newValue.lowHalf, newValue.highHalf) }
    }

    /// The byte of a position without an entry or a child.
    @inlinable @inline(__always) static var vacancy: Int8 { 16 }

    @inlinable @inline(__always) static var vacantBytes: SIMD16<Int8> { SIMD16(repeating: vacancy) }
}

extension NodeHeader {
    /// The lowest bit that selects a position in any node.
    @inlinable @inline(__always) static var lowestShift: UInt { 3 }

    @inlinable @inline(__always) static func position(of hash: UInt, shift: UInt) -> UInt { (hash &>> shift) & 15 }

    /// The path of the root of a small map: no node of a trie has both this shift and the flag.
    ///
    /// Above its lowest 16 bits are the positions of displaced entries.
    @inlinable @inline(__always) static var smallRootPath: UInt { lowestShift | narrowFlag }

    /// True for the root of a small map.
    @inlinable @inline(__always)
    var isSmallRoot: Bool { UInt16(truncatingIfNeeded: path) == UInt16(truncatingIfNeeded: Self.smallRootPath) }
}

extension NodeHeader {
    @inlinable @inline(__always)
    func hasEntry(at position: UInt) -> Bool { (entryMap &>> UInt16(truncatingIfNeeded: position)) & 1 != 0 }

    /// Adds an entry at a vacant position, with the next index.
    @inlinable @_transparent mutating func addPositionedEntry(at position: UInt) {
        setByte(at: position, Int8(bitPattern: positionedEntryCount))
        entryMap |= Self.bit(position)
        positionedEntryCount &+= 1
    }

    /// Removes the entry at a position; the last one takes over its index.
    @inlinable @_transparent mutating func removePositionedEntry(at position: UInt, index: Int) {
        positionedEntryCount &-= 1
        let last = Int8(bitPattern: positionedEntryCount)
        let difference = bytes ^ SIMD16(repeating: last)
        // -1 where a byte is the last entry's index, else 0. (Comparisons of bytes become loops in Swift 6.3.)
        let isLast = (~difference & (difference &- 1)) &>> 7
        bytes ^= isLast & SIMD16(repeating: last ^ Int8(truncatingIfNeeded: index))
        setByte(at: position, Self.vacancy)
        entryMap &= ~Self.bit(position)
    }

    /// Writes one of the bytes, which are the first 16 of the header.
    @inlinable @inline(__always) mutating func setByte(at position: UInt, _ byte: Int8) {
        withUnsafeMutableBytes(of: &self) { $0[Int(bitPattern: position)] = UInt8(bitPattern: byte) }
    }

    /// The bitmap of a position.
    @inlinable @inline(__always)
    static func bit(_ position: UInt) -> UInt16 { 1 &<< UInt16(truncatingIfNeeded: position) }

    /// The positions in a bitmap, from the lowest.
    @usableFromInline struct Positions: Sequence, IteratorProtocol {
        @usableFromInline var map: UInt16

        @inlinable @inline(__always) init(_ map: UInt16) { self.map = map }

        @inlinable @inline(__always) mutating func next() -> UInt? {
            if map == 0 { return nil }
            defer { map &= map &- 1 }
            return UInt(map.trailingZeroBitCount)
        }
    }
}

/// What lies before the children and entries of a node. (Only `NodeReference.keyOwnerWord` looks at the key owner.)
@usableFromInline typealias NodeHead = (header: NodeHeader, keyOwner: UnsafeMutableRawPointer?)

/// A key and its value, as they lie in a node's tail.
@usableFromInline struct NodeEntry<Key, Value> {
    @usableFromInline var key: Key
    @usableFromInline var value: Value

    @inlinable @inline(__always) init(_ key: consuming Key, _ value: consuming Value) {
        self.key = key
        self.value = value
    }

    // What `MemoryLayout<NodeEntry>` gives as well, worked out from the layouts of `Key` and `Value`: so code that isn't
    // specialised needs no metadata of `NodeEntry`, which takes longer to look up than what is done with it.

    @inlinable @inline(__always)
    static var valueOffset: Int { rounded(MemoryLayout<Key>.size, to: MemoryLayout<Value>.alignment) }
    @inlinable @inline(__always)
    static var alignment: Int { max(MemoryLayout<Key>.alignment, MemoryLayout<Value>.alignment) }
    @inlinable @inline(__always)
    static var stride: Int { max(1, rounded(valueOffset &+ MemoryLayout<Value>.size, to: alignment)) }

    /// Where children lie, past the two words (type and reference count) at the start of every object.
    @inlinable @inline(__always) static var childrenOffset: Int { headerOffset &+ MemoryLayout<NodeHead>.size }

    @inlinable @inline(__always) static var headerOffset: Int {
        rounded(2 &* MemoryLayout<UnsafeRawPointer>.size, to: MemoryLayout<NodeHead>.alignment)
    }

    @inlinable @inline(__always) static func offset(childRoom: Int) -> Int {
        rounded(childrenOffset &+ childRoom &* MemoryLayout<UnsafeRawPointer>.size, to: alignment)
    }

    @inlinable @inline(__always)
    static func rounded(_ size: Int, to alignment: Int) -> Int { (size &+ alignment &- 1) & ~(alignment &- 1) }
}

/// The storage of a node that somebody else keeps alive: an address, copied without reference counting.
///
/// See ``Node`` for the invariant that the unsafe code rests on.
@usableFromInline struct NodeReference<Key: Hashable, Value> {
    @usableFromInline typealias Entry = NodeEntry<Key, Value>
    /// Where an entry lies.
    @usableFromInline typealias EntryPointer = UnsafeMutablePointer<Entry>

    /// Address of the object.
    @usableFromInline let address: UnsafeMutableRawPointer

    @inlinable @inline(__always) init(_ address: UnsafeMutableRawPointer) { self.address = address }

    @inlinable @inline(__always) var unmanaged: Unmanaged<Node<Key, Value>> { Unmanaged.fromOpaque(address) }

    /// The node at an address where a reference to it is kept, without touching its reference count.
    @inlinable @inline(__always) static func at(_ link: UnsafeMutablePointer<Node<Key, Value>>) -> NodeReference {
        NodeReference(UnsafeRawPointer(link).load(as: UnsafeMutableRawPointer.self))
    }

    @inlinable @inline(__always) var header: UnsafeMutablePointer<NodeHeader> {
        (address + Entry.headerOffset).assumingMemoryBound(to: NodeHeader.self)
    }

    @inlinable @inline(__always) var isSmall: Bool { header.pointee.isSmallRoot }

    /// The entries.
    @inlinable @inline(__always) var entries: EntryPointer {
        (address + Entry.offset(childRoom: Int(header.pointee.childRoom))).assumingMemoryBound(to: Entry.self)
    }

    /// The same where there is no room for children, as in a small map's root.
    @inlinable @inline(__always) var leafEntries: EntryPointer {
        (address + Entry.offset(childRoom: 0)).assumingMemoryBound(to: Entry.self)
    }

    /// Where the key of an entry lies.
    @inlinable @inline(__always) static func key(of entry: EntryPointer) -> UnsafeMutablePointer<Key> {
        UnsafeMutableRawPointer(entry).assumingMemoryBound(to: Key.self)
    }

    /// Where the value of an entry lies.
    @inlinable @inline(__always) static func value(of entry: EntryPointer) -> UnsafeMutablePointer<Value> {
        (UnsafeMutableRawPointer(entry) + Entry.valueOffset).assumingMemoryBound(to: Value.self)
    }

    /// The byte of a position, one of the first 16 of the header.
    @inlinable @inline(__always) func byte(at position: UInt) -> Int {
        Int(UnsafeRawPointer(header).load(fromByteOffset: Int(bitPattern: position), as: Int8.self))
    }

    /// The index of the entry or child at a position.
    @inlinable @inline(__always) func index(at position: UInt) -> Int { byte(at: position) & 15 }

    /// The number of entries of a node that is no collision node.
    @inlinable @inline(__always) var positionedEntryCount: Int { Int(header.pointee.positionedEntryCount) }
}
