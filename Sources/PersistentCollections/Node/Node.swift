/// A node of the trie: one allocation.
///
///     ┌────────┬────────────┬───────────┬───────────────────┬──────┬─────────────────────┐
///     │ object │ NodeHeader │ key owner │ entries, in order │ free │ children, in order  │
///     │ 16 B   │ 32 B       │ 8 B       │ of position →     │      │ ← of position       │
///     └────────┴────────────┴───────────┴───────────────────┴──────┴─────────────────────┘
///
/// A class without properties, whose tail `ManagedBufferPointer` allocates. As a subclass of `ManagedBuffer` it would
/// have a superclass's deinitialiser, which destroys the header by way of its metadata, and a persistent replacement in
/// a small map would take a tenth longer.
///
/// Entries and children share the free space, so a node that swaps an entry for a child stays where it is. A node
/// without children finds its entries at a constant offset.
///
/// **Invariant that makes the unsafe code below sound.** A node is written only by code that has just made it, or that
/// reached it from a map's `root` through references which `isKnownUniquelyReferenced` found unique, in a `mutating`
/// method: nobody else can see such a node. All other nodes never change, but for their key owner (see ``KeyOwner``).
/// Whoever follows a ``NodeReference`` keeps the root that leads to it alive meanwhile, so no step has to retain
/// anything.
@usableFromInline
final class Node<Key: Hashable, Value> {
    @usableFromInline typealias Entry = NodeEntry<Key, Value>

    /// A node with the shape of `header`; the caller initialises the entries and children that it announces.
    @inlinable @inline(__always)
    static func make(_ header: NodeHeader, byteCapacity: Int) -> Node {
        // Unsigned, so that the division by a power of two is a shift.
        let count = UInt(bitPattern: byteCapacity &+ Entry.stride &- 1) / UInt(bitPattern: Entry.stride)
        let buffer = ManagedBufferPointer<NodeHead, Entry>(
            bufferClass: Node.self, minimumCapacity: Int(bitPattern: count)
        ) { _, _ in
            var header = header
            header.endOffset = NodeReference<Key, Value>.entriesOffset &+ byteCapacity
            return NodeHead(header)
        }
        let node = unsafeDowncast(buffer.buffer, to: Node.self)
        assert(node.layoutIsAsAssumed)
        return node
    }

    /// The header of a node without entries and children.
    @inlinable @inline(__always)
    static var emptyHeader: NodeHeader {
        NodeHeader(Destruction(keys: Key.self, values: Value.self))
    }

    /// A node with the shape of `header`, which announces so many entries and children, and no free space.
    @inlinable @inline(__always)
    static func make(_ header: NodeHeader, entries: Int, children: Int) -> Node {
        make(header, byteCapacity: byteCapacity(entries: entries, children: children))
    }

    /// Bytes that so many entries and children take, rounded up to a multiple of 8.
    @inlinable @inline(__always)
    static func byteCapacity(entries: Int, children: Int) -> Int {
        (((entries &* Entry.stride &+ 7) & ~7) &+ children &* MemoryLayout<Node>.stride &+ 7) & ~7
    }

    /// The node's storage, for as long as somebody else keeps the node alive.
    @inlinable @inline(__always)
    var reference: NodeReference<Key, Value> { NodeReference(Unmanaged.passUnretained(self).toOpaque()) }

    /// Debug check of the offsets that `NodeReference` and `NodeEntry` work out.
    @usableFromInline
    var layoutIsAsAssumed: Bool {
        ManagedBufferPointer<NodeHead, Entry>(unsafeBufferObject: self).withUnsafeMutablePointers { header, entries in
            UnsafeMutableRawPointer(header) == UnsafeMutableRawPointer(reference.header)
                && UnsafeMutableRawPointer(entries) == UnsafeMutableRawPointer(reference.entries)
                && MemoryLayout<Entry>.stride == Entry.stride
        }
    }

    // What is rarely done, and loops, are functions of their own, so that the rest saves no registers.
    deinit {
        let node = reference
        let header = node.header
        let destruction = header.pointee.destruction
        if header.pointee.childMap != 0 { Self.releaseChildren(of: node) }
        if header.pointee.entryMap == 0 && !header.pointee.isCollision { return }
        if let owner = node.keyOwner {
            let own = node.ownPositions(besides: owner)
            if own != 0 { Self.destroyKeys(of: node, at: own) }
            Unmanaged<KeyOwner<Key>>.fromOpaque(owner).release()
        } else if destruction.keys != .nothing {
            Self.destroyKeys(of: node)
        }
        if destruction.values != .nothing { Self.destroyValues(of: node) }
    }

    @inline(never)
    private static func releaseChildren(of node: NodeReference<Key, Value>) {
        var child = UnsafeRawPointer(node.childrenEnd)
        for _ in 0..<node.childCount {
            child -= MemoryLayout<UnsafeRawPointer>.size
            Unmanaged<Node>.fromOpaque(child.load(as: UnsafeRawPointer.self)).release()
        }
    }

    @inline(never)
    private static func destroyKeys(of node: NodeReference<Key, Value>) {
        let destruction = node.header.pointee.destruction
        let layout = destruction.layout(Key.self, Value.self)
        destruction.keys.destroy(Key.self, node.address + layout.offset, node.entryCount, stride: layout.stride)
    }

    @inline(never)
    private static func destroyKeys(of node: NodeReference<Key, Value>, at positions: UInt16) {
        let destruction = node.header.pointee.destruction
        let layout = destruction.layout(Key.self, Value.self)
        var positions = positions
        while positions != 0 {
            let index = node.entryIndex(at: UInt(positions.trailingZeroBitCount))
            let key = node.address + layout.offset + index &* layout.stride
            destruction.keys.destroy(Key.self, key, 1, stride: layout.stride)
            positions &= positions &- 1
        }
    }

    @inline(never)
    private static func destroyValues(of node: NodeReference<Key, Value>) {
        let destruction = node.header.pointee.destruction
        let layout = destruction.layout(Key.self, Value.self)
        let values = node.address + layout.offset + layout.valueOffset
        destruction.values.destroy(Value.self, values, node.entryCount, stride: layout.stride)
    }
}

/// What lies before the entries of a node.
@usableFromInline
struct NodeHead {
    @usableFromInline var header: NodeHeader
    /// See `NodeReference.keyOwnerSlot`; only that looks at it.
    @usableFromInline var keyOwner: UnsafeMutableRawPointer?

    @inlinable @inline(__always)
    init(_ header: NodeHeader) {
        self.header = header
    }
}
