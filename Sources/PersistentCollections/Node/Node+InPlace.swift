// Edits of a node that nobody else can see. Each takes the slot that holds the only reference to the node, because a
// node without room moves to a larger allocation.

extension Node {
    /// A pointer to where a reference to a node is kept: a child slot of a node, or the root of a map.
    @usableFromInline typealias Slot = UnsafeMutablePointer<Node>

    /// The slot of a root that is there.
    @inlinable @inline(__always)
    static func slot(root: UnsafeMutablePointer<Node?>) -> Slot {
        // A reference and an optional reference have one layout; nil, the only difference, has been ruled out.
        UnsafeMutableRawPointer(root).assumingMemoryBound(to: Node.self)
    }

    /// What the root of a map begins with: room for four entries.
    @inlinable @inline(__always)
    static var firstByteCapacity: Int { byteCapacity(entries: 4, children: 0) }

    /// Makes room for so many more entries and children in the node in `slot`, by moving it if need be.
    @inlinable @inline(__always)
    static func reserve(entries: Int, children: Int, in slot: Slot) -> NodeReference<Key, Value> {
        let node = slot.pointee.reference
        let needed = byteCapacity(
            entries: node.entryCount &+ entries, children: node.childCount &+ children)
        if needed <= node.byteCapacity { return node }
        return grow(to: needed, slot)
    }

    /// Moves the node in `slot` to an allocation with `needed` bytes and some slack: room for a multiple of four
    /// entries.
    ///
    /// So a node that fills up moves three or four times, and what it has in between are sizes without loss in
    /// allocators that hand out multiples of 16 bytes, glibc's less 8, as the 56 bytes of the fixed part are. Collision
    /// nodes, which know no bounds, grow by a third. The entries and children move as bits, so no reference count
    /// changes.
    @inlinable @inline(never)
    static func grow(to needed: Int, _ slot: Slot) -> NodeReference<Key, Value> {
        let old = slot.pointee.reference
        let entryCount = old.entryCount
        let childCount = old.childCount
        let room = old.header.pointee.isCollision ? needed &+ needed / 3 : needed
        let step = max(firstByteCapacity, 4 &* MemoryLayout<Node>.stride)
        let node = make(old.header.pointee, byteCapacity: (room &+ step &- 1) / step &* step)
        let new = node.reference
        new.entries.moveInitialize(from: old.entries, count: entryCount)
        (new.childrenEnd - childCount).moveInitialize(from: old.childrenEnd - childCount, count: childCount)
        old.moveKeyOwner(to: new)
        old.header.pointee.removeAll()
        slot.pointee = node
        return new
    }

    /// Adds an entry at a position that is empty.
    @inlinable @inline(__always)
    static func insert(_ key: Key, _ value: consuming Value, at position: UInt, in slot: Slot) {
        let node = reserve(entries: 1, children: 0, in: slot)
        let count = node.entryCount
        node.header.pointee.addEntry(at: position)
        let index = node.entryIndex(at: position)
        let entry = node.entries + index
        (entry + 1).moveInitialize(from: entry, count: count &- index)
        entry.initialize(to: Entry(key, value))
    }

    /// Takes out the entry at `position`.
    @inlinable @inline(__always)
    static func takeEntry(at position: UInt, from node: NodeReference<Key, Value>) -> Entry {
        node.takeKeysBack()
        let count = node.entryCount
        let index = node.entryIndex(at: position)
        let entry = node.entries + index
        let taken = entry.move()
        entry.moveInitialize(from: entry + 1, count: count &- index &- 1)
        node.header.pointee.removeEntry(at: position)
        return taken
    }

    /// Replaces an entry by a child that holds that entry and a new one, whose hash selects the same position.
    @inlinable
    static func pushDown(_ key: Key, _ hash: UInt, _ value: consuming Value, at position: UInt, in slot: Slot) {
        let node = slot.pointee.reference
        let otherHash = NodeHeader.hash(of: node.entries[node.entryIndex(at: position)].key)
        let other = takeEntry(at: position, from: node)
        insert(pair(other, otherHash, Entry(key, value), hash), at: position, in: slot)
    }

    /// Adds a child at a position that is empty.
    @inlinable
    static func insert(_ child: consuming Node, at position: UInt, in slot: Slot) {
        let node = reserve(entries: 0, children: 1, in: slot)
        let count = node.childCount
        node.header.pointee.addChild(at: position)
        let index = node.childIndex(at: position)
        let end = node.childrenEnd
        (end - (count &+ 1)).moveInitialize(from: end - count, count: count &- index)
        node.childSlot(at: index).initialize(to: child)
    }

    /// Takes out the child at `position`.
    @inlinable
    static func takeChild(at position: UInt, from node: NodeReference<Key, Value>) -> Node {
        let count = node.childCount
        let index = node.childIndex(at: position)
        let taken = node.childSlot(at: index).move()
        let end = node.childrenEnd
        (end - (count &- 1)).moveInitialize(from: end - count, count: count &- index &- 1)
        node.header.pointee.removeChild(at: position)
        return taken
    }

    /// Adds an entry to a collision node.
    @inlinable @inline(never)
    static func append(_ key: Key, _ value: consuming Value, in slot: Slot) {
        let node = reserve(entries: 1, children: 0, in: slot)
        (node.entries + node.entryCount).initialize(to: Entry(key, value))
        node.header.pointee.setCollision(
            hash: node.header.pointee.collisionHash, count: node.header.pointee.collisionCount &+ 1)
    }
}
