// SPDX-License-Identifier: Apache-2.0
/// A node: one allocation, of which ``NodeLayout`` has a picture.
///
/// A class without properties, whose tail `ManagedBufferPointer` allocates. (As a subclass of `ManagedBuffer` it would
/// have a superclass's deinitialiser, which destroys the header by way of its metadata.)
///
/// **Invariant that makes the unsafe code sound.** A node is written only by code that has just made it, or that
/// reached it from a map's `root` through references which `isKnownUniquelyReferenced` found unique, in a `mutating`
/// method: nobody else can see such a node. All other nodes never change, but for their key owner (see ``KeyOwner``).
/// Whoever follows a ``NodeReference`` keeps the root that leads to it alive meanwhile, so no step has to retain
/// anything.
@usableFromInline
final class Node<Key: Hashable, Value> {
    @usableFromInline typealias Entry = NodeEntry<Key, Value>

    /// A node with the shape of `header` and so much room; the caller initialises the entries and children that the
    /// shape announces.
    @inlinable @inline(__always)
    static func make(_ header: NodeHeader, entryRoom: Int, childRoom: Int) -> Node {
        let tail = NodeLayout.entriesOffset(children: 0, alignment: Entry.alignment)
        let entries = NodeLayout.entriesOffset(children: childRoom, alignment: Entry.alignment)
        // Unsigned, so that the division by a power of two is a shift.
        let before = UInt(bitPattern: entries &- tail &+ Entry.stride &- 1) / UInt(bitPattern: Entry.stride)
        let buffer = ManagedBufferPointer<NodeHead, Entry>(
            bufferClass: Node.self, minimumCapacity: Int(bitPattern: before) &+ entryRoom
        ) { _, _ in
            var header = header
            header.room = .init(entries: entryRoom, children: childRoom, header.room.destruction)
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

    /// The node's storage, for as long as somebody else keeps the node alive.
    @inlinable @inline(__always)
    var reference: NodeReference<Key, Value> { NodeReference(Unmanaged.passUnretained(self).toOpaque()) }

    /// Debug check of the offsets that `NodeLayout` and `NodeEntry` work out.
    @usableFromInline
    var layoutIsAsAssumed: Bool {
        ManagedBufferPointer<NodeHead, Entry>(unsafeBufferObject: self).withUnsafeMutablePointers { header, entries in
            UnsafeMutableRawPointer(header) == UnsafeMutableRawPointer(reference.header)
                && UnsafeMutableRawPointer(entries) == UnsafeMutableRawPointer(reference.leafEntries)
                && MemoryLayout<Entry>.stride == Entry.stride
        }
    }

    // What is rarely done, and loops, are functions of their own, so that the rest saves no registers.
    deinit {
        let node = reference
        let header = node.header
        let destruction = header.pointee.room.destruction
        if header.pointee.childMap != 0 { Self.releaseChildren(of: node) }
        if header.pointee.entryMap == 0 && !header.pointee.isCollision { return }
        if let owner = node.keyOwner {
            let own = node.ownPositions(besides: owner)
            if own != 0 { Self.destroyKeys(of: node, at: own) }
            KeyOwnerHeader.release(owner, lacking: node.lackedPositions(of: owner), Key.self)
        } else if destruction.keys != .nothing {
            Self.destroyKeys(of: node)
        }
        if destruction.values != .nothing { Self.destroyValues(of: node) }
    }

    @inline(never)
    private static func releaseChildren(of node: NodeReference<Key, Value>) {
        var child = UnsafeRawPointer(node.children)
        for _ in 0..<node.childCount {
            Unmanaged<Node>.fromOpaque(child.load(as: UnsafeRawPointer.self)).release()
            child += MemoryLayout<UnsafeRawPointer>.size
        }
    }

    @inline(never)
    private static func destroyKeys(of node: NodeReference<Key, Value>) {
        let keys = node.header.pointee.room.destruction.keys
        keys.destroy(Key.self, entries(of: node), node.entryCount, stride: Entry.stride)
    }

    @inline(never)
    private static func destroyKeys(of node: NodeReference<Key, Value>, at positions: UInt16) {
        let keys = node.header.pointee.room.destruction.keys
        let (entries, stride) = (entries(of: node), Entry.stride)
        for position in NodeHeader.Positions(positions) {
            keys.destroy(Key.self, entries + node.entryIndex(at: position) &* stride, 1, stride: stride)
        }
    }

    @inline(never)
    private static func destroyValues(of node: NodeReference<Key, Value>) {
        let values = node.header.pointee.room.destruction.values
        values.destroy(Value.self, entries(of: node) + Entry.valueOffset, node.entryCount, stride: Entry.stride)
    }

    @inline(__always)
    private static func entries(of node: NodeReference<Key, Value>) -> UnsafeMutableRawPointer {
        let children = node.header.pointee.room.children
        return node.address + NodeReference<Key, Value>.entriesOffset(children: children)
    }
}

extension NodeHeader {
    /// The positions in a bitmap, from the lowest.
    @usableFromInline
    struct Positions: Sequence, IteratorProtocol {
        @usableFromInline var map: UInt16

        @inlinable @inline(__always)
        init(_ map: UInt16) { self.map = map }

        @inlinable @inline(__always)
        mutating func next() -> UInt? {
            if map == 0 { return nil }
            defer { map &= map &- 1 }
            return UInt(map.trailingZeroBitCount)
        }
    }
}
