/// A node of the trie: one allocation.
///
///     ┌────────┬────────────┬───────────┬───────────────────┬──────┬─────────────────────┐
///     │ object │ NodeHeader │ key owner │ entries, in order │ free │ children, in order  │
///     │ 16 B   │ 32 B       │ 8 B       │ of position →     │      │ ← of position       │
///     └────────┴────────────┴───────────┴───────────────────┴──────┴─────────────────────┘
///
/// Entries and children share the free space, so a node that swaps an entry for a child stays where it is. A node without
/// children finds its entries at a constant offset.
///
/// **Invariant that makes the unsafe code below sound.** A node is written only by code that has just made it, or that
/// reached it from a map's `root` through references which `isKnownUniquelyReferenced` found unique, in a `mutating`
/// method: nobody else can see such a node. All other nodes never change, but for their key owner (see ``KeyOwner``). Whoever follows a ``NodeReference`` keeps the
/// root that leads to it alive meanwhile, so no step has to retain anything.
@usableFromInline
final class Node<Key: Hashable, Value>: ManagedBuffer<NodeHead, NodeEntry<Key, Value>> {
    @usableFromInline typealias Entry = NodeEntry<Key, Value>

    /// A node with the shape of `header`; the caller initialises the entries and children that it announces.
    @inlinable @inline(__always)
    static func make(_ header: NodeHeader, byteCapacity: Int) -> Node {
        // Unsigned, so that the division by a power of two is a shift.
        let count = UInt(bitPattern: byteCapacity &+ Entry.stride &- 1) / UInt(bitPattern: Entry.stride)
        let buffer = Node.create(minimumCapacity: Int(bitPattern: count)) { _ in
            var header = header
            header.endOffset = NodeReference<Key, Value>.entriesOffset &+ byteCapacity
            return NodeHead(header)
        }
        let node = unsafeDowncast(buffer, to: Node.self)
        assert(node.layoutIsAsAssumed)
        return node
    }

    /// The header of a node without entries and children.
    @inlinable @inline(__always)
    static var emptyHeader: NodeHeader {
        NodeHeader(keys: Entry.destruction(of: Key.self), values: Entry.destruction(of: Value.self))
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
        withUnsafeMutablePointers { header, entries in
            UnsafeMutableRawPointer(header) == UnsafeMutableRawPointer(reference.header)
                && UnsafeMutableRawPointer(entries) == UnsafeMutableRawPointer(reference.entries)
                && MemoryLayout<Entry>.stride == Entry.stride
        }
    }

    // The runtime reaches this through the class's metadata, so it always runs unspecialised, where each destruction of a
    // `Key` or `Value` is a call into the runtime with two indirect calls. The header therefore says what the code that made
    // the node, which was specialised, knew: whether there is anything to do, and whether it is just a release. With
    // that, a persistent replacement in a map of eight entries takes about half of the time, its release included.
    deinit {
        let reference = reference
        let header = reference.header.pointee
        if header.entryMap != 0 || header.isCollision { Self.destroyEntries(reference) }
        var child = UnsafeRawPointer(reference.childrenEnd)
        for _ in 0..<reference.childCount {
            child -= MemoryLayout<UnsafeRawPointer>.size
            Unmanaged<Node>.fromOpaque(child.load(as: UnsafeRawPointer.self)).release()
        }
    }

    @inline(never)
    private static func destroyEntries(_ node: NodeReference<Key, Value>) {
        let header = node.header.pointee
        let owner = node.keyOwner
        var own = node.ownPositions(besides: owner)
        if let owner { Unmanaged<KeyOwner<Key>>.fromOpaque(owner).release() }
        if own == 0 && !header.isCollision && header.valueDestruction == .nothing { return }
        let keys = UnsafeMutableRawPointer(node.entries)
        let stride = Entry.stride
        if owner != nil {
            while own != 0 {
                let key = keys + node.entryIndex(at: UInt(own.trailingZeroBitCount)) &* stride
                header.keyDestruction.destroy(Key.self, key, 1, stride: stride)
                own &= own &- 1
            }
        } else {
            header.keyDestruction.destroy(Key.self, keys, node.entryCount, stride: stride)
        }
        if header.valueDestruction != .nothing {
            let values = keys + Entry.valueOffset
            header.valueDestruction.destroy(Value.self, values, node.entryCount, stride: stride)
        }
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

extension NodeHeader.Destruction {
    /// Destroys `count` fields that lie `stride` bytes apart.
    @inline(__always)
    func destroy<Field>(_: Field.Type, _ first: UnsafeMutableRawPointer, _ count: Int, stride: Int) {
        var field = first
        switch self {
        case .nothing:
            break
        case .release:
            for _ in 0..<count {
                Unmanaged<AnyObject>.fromOpaque(field.load(as: UnsafeRawPointer.self)).release()
                field += stride
            }
        case .general:
            for _ in 0..<count {
                field.assumingMemoryBound(to: Field.self).deinitialize(count: 1)
                field += stride
            }
        }
    }
}
