// SPDX-License-Identifier: Apache-2.0
/// The storage of a node that somebody else keeps alive: an address, copied without reference counting.
///
/// See ``Node`` for the invariant that the unsafe code rests on.
@usableFromInline
struct NodeReference<Key: Hashable, Value> {
    @usableFromInline typealias Entry = NodeEntry<Key, Value>

    /// Address of the object.
    @usableFromInline let address: UnsafeMutableRawPointer

    @inlinable @inline(__always)
    init(_ address: UnsafeMutableRawPointer) {
        self.address = address
    }

    @inlinable @inline(__always)
    var header: UnsafeMutablePointer<NodeHeader> {
        (address + NodeLayout.headerOffset).assumingMemoryBound(to: NodeHeader.self)
    }

    /// The children, in order of position.
    @inlinable @inline(__always)
    var children: UnsafeMutablePointer<Node<Key, Value>> {
        (address + NodeLayout.childrenOffset).assumingMemoryBound(to: Node<Key, Value>.self)
    }

    /// The entries, in order of position.
    @inlinable @inline(__always)
    var entries: UnsafeMutablePointer<Entry> {
        (address + Self.entriesOffset(children: header.pointee.room.children)).assumingMemoryBound(to: Entry.self)
    }

    @inlinable @inline(__always)
    static func entriesOffset(children: Int) -> Int {
        NodeLayout.entriesOffset(children: children, alignment: Entry.alignment)
    }

    /// How many entries have room from an offset on, in an allocation with so much room.
    @inlinable @inline(__always)
    static func entryRoom(from start: Int, in room: NodeHeader.Room) -> Int {
        (entriesOffset(children: room.children) &+ room.entries &* Entry.stride &- start) / Entry.stride
    }

    /// The same where there is no room for children: then the entries are at a constant offset.
    @inlinable @inline(__always)
    var leafEntries: UnsafeMutablePointer<Entry> {
        (address + NodeLayout.entriesOffset(children: 0, alignment: Entry.alignment))
            .assumingMemoryBound(to: Entry.self)
    }

    /// The node at an address where a reference to it is kept, without touching its reference count.
    @inlinable @inline(__always)
    static func at(_ place: UnsafeRawPointer) -> NodeReference {
        NodeReference(place.load(as: UnsafeMutableRawPointer.self))
    }

    /// Child `index`, without touching its reference count.
    @inlinable @inline(__always)
    func child(at index: Int) -> NodeReference { .at(children + index) }

    /// The object itself.
    @inlinable @inline(__always)
    var unmanaged: Unmanaged<Node<Key, Value>> { Unmanaged.fromOpaque(address) }

    /// Where the key of an entry lies.
    @inlinable @inline(__always)
    static func key(of entry: UnsafeMutablePointer<Entry>) -> UnsafeMutablePointer<Key> {
        UnsafeMutableRawPointer(entry).assumingMemoryBound(to: Key.self)
    }

    /// Where the value of an entry lies.
    @inlinable @inline(__always)
    static func value(of entry: UnsafeMutablePointer<Entry>) -> UnsafeMutablePointer<Value> {
        (UnsafeMutableRawPointer(entry) + Entry.valueOffset).assumingMemoryBound(to: Value.self)
    }
}

extension NodeReference {
    /// What a position holds: its byte in the header's first field, `NodeHeader.slots`.
    @inlinable @inline(__always)
    func slot(at position: UInt) -> Int {
        Int(UnsafeRawPointer(header).load(fromByteOffset: Int(bitPattern: position), as: Int8.self))
    }

    /// Index of the entry at a position, or that an entry would have at a vacant one.
    @inlinable @inline(__always)
    func entryIndex(at position: UInt) -> Int { slot(at: position) & 15 }

    /// Index of the child at a position.
    @inlinable @inline(__always)
    func childIndex(at position: UInt) -> Int { slot(at: position) & 15 }

    /// The entry at a position that holds one.
    @inlinable @inline(__always)
    func entry(at position: UInt) -> UnsafeMutablePointer<Entry> { entries + entryIndex(at: position) }

    /// The child at a position that holds one, without touching its reference count.
    @inlinable @inline(__always)
    func child(atPosition position: UInt) -> NodeReference { child(at: childIndex(at: position)) }

    /// Number of entries in the node's own tail.
    @inlinable @inline(__always)
    var entryCount: Int {
        header.pointee.entryMap == 0 && header.pointee.isCollision
            ? header.pointee.collisionCount : positionedEntryCount
    }

    /// The same for a node that is no collision node.
    @inlinable @inline(__always)
    var positionedEntryCount: Int {
        let map = header.pointee.entryMap
        return map == 0 ? 0 : slot(at: NodeHeader.highestPosition(in: map)) &+ 1
    }

    /// Number of children in the node's own tail.
    @inlinable @inline(__always)
    var childCount: Int {
        let map = header.pointee.childMap
        return map == 0 ? 0 : childIndex(at: NodeHeader.highestPosition(in: map)) &+ 1
    }

    /// Number of entries and children in the node's own tail.
    @inlinable
    var itemCount: Int { entryCount &+ childCount }
}

extension NodeReference {
    /// What a node has at a position.
    @usableFromInline
    enum Content {
        case nothing
        case entry(UnsafeMutablePointer<Entry>)
        case child(NodeReference)
    }

    @inlinable
    func content(at position: UInt) -> Content {
        if header.pointee.hasEntry(at: position) { return .entry(entry(at: position)) }
        if header.pointee.hasChild(at: position) { return .child(child(atPosition: position)) }
        return .nothing
    }

    /// Calls `body` with each entry of the subtree.
    @inlinable
    func forEachEntry<Failure: Error>(
        _ body: (UnsafeMutablePointer<Entry>) throws(Failure) -> Void
    ) throws(Failure) {
        for index in 0..<entryCount { try body(entries + index) }
        for index in 0..<childCount { try child(at: index).forEachEntry(body) }
    }
}
