/// A node of the trie: one allocation.
///
///     ┌────────┬────────────┬───────────────────┬──────┬─────────────────────┐
///     │ object │ NodeHeader │ entries, in order │ free │ children, in order  │
///     │ 16 B   │ 24 B       │ of position →     │      │ ← of position       │
///     └────────┴────────────┴───────────────────┴──────┴─────────────────────┘
///
/// Entries and children share the free space, so a node that swaps an entry for a child stays where it is. A node without
/// children finds its entries at a constant offset.
///
/// **Invariant that makes the unsafe code below sound.** A node is written only by code that has just made it, or that
/// reached it from a map's `root` through references which `isKnownUniquelyReferenced` found unique, in a `mutating`
/// method: nobody else can see such a node. All other nodes never change. Whoever follows a ``NodeReference`` keeps the
/// root that leads to it alive meanwhile, so no step has to retain anything.
@usableFromInline
final class Node<Key: Hashable, Value>: ManagedBuffer<NodeHeader, NodeEntry<Key, Value>> {
    @usableFromInline typealias Entry = NodeEntry<Key, Value>

    /// A node with the shape of `header`; the caller initialises the entries and children that it announces.
    @inlinable @inline(__always)
    static func make(_ header: NodeHeader, byteCapacity: Int) -> Node {
        let count = (byteCapacity &+ Entry.stride &- 1) / Entry.stride
        let buffer = Node.create(minimumCapacity: count) { _ in
            var header = header
            header.byteCapacity = UInt32(truncatingIfNeeded: byteCapacity)
            return header
        }
        let node = unsafeDowncast(buffer, to: Node.self)
        assert(node.layoutIsAsAssumed)
        return node
    }

    /// A node with the shape of `header` and no free space.
    @inlinable @inline(__always)
    static func make(_ header: NodeHeader) -> Node {
        make(header, byteCapacity: byteCapacity(entries: header.entryCount, children: header.childCount))
    }

    /// Bytes that so many entries and children take; a multiple of the size of a reference.
    @inlinable @inline(__always)
    static func byteCapacity(entries: Int, children: Int) -> Int {
        let mask = MemoryLayout<Node>.size &- 1
        return ((entries &* Entry.stride &+ mask) & ~mask) &+ children &* MemoryLayout<Node>.stride
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
                && MemoryLayout<Entry>.offset(of: \Entry.value) == Entry.valueOffset
        }
    }

    // The runtime reaches this only through the class's metadata, so it always runs unspecialised. It therefore works with
    // the metadata that an object of this class has at hand, those of Key and Value; with that of NodeEntry, the
    // release of a small node takes nearly twice as long.
    deinit {
        let reference = reference
        let entryCount = reference.header.pointee.entryCount
        var key = UnsafeMutableRawPointer(reference.entries)
        for _ in 0..<entryCount {
            key.assumingMemoryBound(to: Key.self).deinitialize(count: 1)
            (key + Entry.valueOffset).assumingMemoryBound(to: Value.self).deinitialize(count: 1)
            key += Entry.stride
        }
        for index in 0..<reference.header.pointee.childCount {
            reference.unmanagedChild(at: index).release()
        }
    }
}
