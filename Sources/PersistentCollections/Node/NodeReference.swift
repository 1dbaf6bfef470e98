/// The storage of a node that somebody else keeps alive: an address, copied without reference counting.
///
/// The unsafe code of the module is in this folder, `Node/`, and in `HAMT.rootReference`. See ``Node`` for the
/// invariant that it rests on.
@usableFromInline
struct NodeReference<Key: Hashable, Value> {
    @usableFromInline typealias Entry = NodeEntry<Key, Value>

    /// Address of the object.
    @usableFromInline let address: UnsafeMutableRawPointer

    @inlinable @inline(__always)
    init(_ address: UnsafeMutableRawPointer) {
        self.address = address
    }

    /// Size of the two words (type and reference count) at the start of every object.
    @inlinable @inline(__always)
    static var objectHeaderSize: Int { 2 &* MemoryLayout<UnsafeRawPointer>.size }

    /// Where the tail starts.
    @inlinable @inline(__always)
    static var entriesOffset: Int {
        let mask = Entry.alignment &- 1
        return (headerOffset &+ MemoryLayout<NodeHead>.size &+ mask) & ~mask
    }

    /// Where the header starts.
    @inlinable @inline(__always)
    static var headerOffset: Int {
        let mask = MemoryLayout<NodeHead>.alignment &- 1
        return (objectHeaderSize &+ mask) & ~mask
    }

    @inlinable @inline(__always)
    var header: UnsafeMutablePointer<NodeHeader> {
        (address + Self.headerOffset).assumingMemoryBound(to: NodeHeader.self)
    }

    @inlinable @inline(__always)
    var entries: UnsafeMutablePointer<Entry> {
        (address + Self.entriesOffset).assumingMemoryBound(to: Entry.self)
    }

    /// One past the last child in memory.
    ///
    /// Child `i` lies `i + 1` references below it.
    @inlinable @inline(__always)
    var childrenEnd: UnsafeMutablePointer<Node<Key, Value>> {
        (address + header.pointee.endOffset).assumingMemoryBound(to: Node<Key, Value>.self)
    }

    /// Where the reference to child `index` is kept.
    @inlinable @inline(__always)
    func childSlot(at index: Int) -> UnsafeMutablePointer<Node<Key, Value>> { childrenEnd - (index &+ 1) }

    /// Child `index`, without touching its reference count.
    @inlinable @inline(__always)
    func child(at index: Int) -> NodeReference {
        NodeReference(UnsafeRawPointer(childSlot(at: index)).load(as: UnsafeMutableRawPointer.self))
    }

    /// The object itself.
    @inlinable @inline(__always)
    var unmanaged: Unmanaged<Node<Key, Value>> { Unmanaged.fromOpaque(address) }

    /// Bytes of the tail.
    @inlinable @inline(__always)
    var byteCapacity: Int { header.pointee.endOffset &- Self.entriesOffset }

    /// Bytes of the tail in use.
    @inlinable
    var usedBytes: Int {
        Node<Key, Value>.byteCapacity(entries: entryCount, children: childCount)
    }

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

    @inlinable @inline(__always)
    func childIndex(at position: UInt) -> Int { ~slot(at: position) & 15 }

    /// Makes a note of whether the child at a position is a full leaf.
    ///
    /// To be called wherever a child is put at a position, or the one that is there is changed; but for a new pair of
    /// entries, which is none.
    @inlinable @inline(__always)
    func noteFullLeaf(at position: UInt) {
        let index = childIndex(at: position)
        let mark = child(at: index).header.pointee.isFullLeaf ? NodeHeader.fullLeafMark : 0
        UnsafeMutableRawPointer(header).storeBytes(
            of: ~Int8(truncatingIfNeeded: index) &- mark, toByteOffset: Int(bitPattern: position), as: Int8.self)
    }

    /// The same of the child on the way to a hash.
    @inlinable @inline(__always)
    func noteFullLeaf(on hash: UInt) { noteFullLeaf(at: header.pointee.position(of: hash)) }

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
