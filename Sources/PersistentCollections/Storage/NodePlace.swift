// SPDX-License-Identifier: Apache-2.0
/// Where an edit has got to: the place in which a reference to a node is kept, a map's root or a child's place in its
/// parent.
///
/// An edit goes down to where the way to a hash ends, and edits the node there. Nodes that nobody shares it changes in
/// place. From the first shared one on, which is *lent* to it, it replaces nodes by copies. What lies below a copy is
/// shared, by the copy and the original, but for the child that the edit goes on to: that will be replaced too, so the
/// copy has only its bits, and it is lent in turn. The original stays alive until the edit ends.
@usableFromInline
struct NodePlace<Key: Hashable, Value> {
    @usableFromInline let slot: UnsafeMutablePointer<Node<Key, Value>>
    /// Whether nobody else can see the node, which the place then owns; otherwise it is lent.
    @usableFromInline let isUnique: Bool
    /// The place of the node whose child this is, which is the edit's own by now; nil at the root.
    @usableFromInline let parentSlot: UnsafeMutablePointer<Node<Key, Value>>?

    @inlinable @inline(__always)
    init(
        _ slot: UnsafeMutablePointer<Node<Key, Value>>, isUnique: Bool,
        parentSlot: UnsafeMutablePointer<Node<Key, Value>>? = nil
    ) {
        self.slot = slot
        self.isUnique = isUnique
        self.parentSlot = parentSlot
    }

    /// The node that is there now.
    @inlinable @inline(__always)
    var node: NodeReference<Key, Value> { .at(slot) }

    /// Puts another node there.
    @inlinable @inline(__always)
    func put(_ node: consuming Node<Key, Value>) {
        if isUnique { slot.pointee = node } else { slot.initialize(to: node) }
    }

    /// The place where the way to a hash ends, in a node that has no child on it, or the first one on the way with a
    /// shared node.
    @inlinable @inline(__always)
    func endInPlace(of hash: UInt) -> NodePlace {
        var place = self
        while place.isUnique, let index = place.node.childIndex(towards: hash) {
            let slot = place.node.children + index
            place = NodePlace(slot, isUnique: isKnownUniquelyReferenced(&slot.pointee), parentSlot: place.slot)
        }
        return place
    }

    /// The place where the way to a hash ends, from this one with a shared node on: what is above becomes copies.
    @inlinable @inline(__always)
    func endInCopies(of hash: UInt) -> NodePlace {
        var place = self
        while let index = place.node.childIndex(towards: hash) {
            place.put(place.node.copy(.child(at: index)))
            place = NodePlace(place.node.children + index, isUnique: false, parentSlot: place.slot)
        }
        return place
    }

    /// Makes sure that the node is the edit's own, and returns the place of its entry at an index.
    @inlinable @inline(__always)
    func changeEntry(at index: Int) -> UnsafeMutablePointer<NodeEntry<Key, Value>> {
        if !isUnique { put(node.copy(.nothing)) }
        return node.entries + index
    }

    /// Opens a place for one more entry, at an index that is that of a vacant position, or the last in a collision node.
    @inlinable @inline(__always)
    func insertEntry(at index: Int, _ position: UInt) -> UnsafeMutablePointer<NodeEntry<Key, Value>> {
        if !isUnique {
            put(node.copy(.insertion(at: index, position)))
            return node.entries + index
        }
        let count = node.entryCount
        if count >= node.header.pointee.room.entries { makeRoom(entries: 1) }
        return node.openEntry(at: index, position, count)
    }

    /// Removes the entry at an index, which is that of a position, and whose value has been moved out if the node is
    /// unique.
    @inlinable @inline(__always)
    func removeEntry(at index: Int, _ position: UInt) {
        if !isUnique { return put(node.copy(.removal(at: index, position))) }
        node.ownKey(at: position)
        NodeReference.key(of: node.entries + index).deinitialize(count: 1)
        node.closeEntry(at: index, position)
    }

    /// Gives the node, which is unique, more room.
    ///
    /// What children and entries leave each other is used first. An allocation has room for a multiple of four of
    /// either: so a node that fills up moves three or four times, and what it has in between are sizes without loss in
    /// allocators that hand out multiples of 16 bytes, glibc's less 8, as the 56 bytes of the fixed part are. Collision
    /// nodes, which know no bounds, grow by a third. Everything moves as bits, so no reference count changes.
    @inlinable @inline(never)
    func makeRoom(entries: Int = 0, children: Int = 0) {
        let old = node
        let room = old.header.pointee.room
        let (count, childCount) = (old.entryCount, old.childCount)
        let (needed, neededChildren) = (count &+ entries, childCount &+ children)
        let childRoom = (neededChildren &+ 1) & ~1
        let start = NodeReference<Key, Value>.entriesOffset(children: childRoom)
        let entryRoom = NodeReference<Key, Value>.entryRoom(from: start, in: room)
        if entryRoom >= needed && !old.header.pointee.isCollision {
            let target = (old.address + start).assumingMemoryBound(to: NodeEntry<Key, Value>.self)
            target.moveInitialize(from: old.entries, count: count)
            old.header.pointee.room = .init(entries: entryRoom, children: childRoom, room.destruction)
            return
        }
        let third = old.header.pointee.isCollision ? needed / 3 : 0
        let moved = Node<Key, Value>.make(
            old.header.pointee, entryRoom: (needed &+ third &+ 3) & ~3, childRoom: (neededChildren &+ 3) & ~3)
        let new = moved.reference
        new.entries.moveInitialize(from: old.entries, count: count)
        new.children.moveInitialize(from: old.children, count: childCount)
        old.moveKeyOwner(to: new)
        old.header.pointee.removeAll()
        slot.pointee = moved
    }

    /// Makes a note in the parent of whether the node, which is on the way to a hash, is a full leaf: an edit does when
    /// it has changed the node.
    @inlinable @inline(__always)
    func noteFullLeaf(on hash: UInt) {
        guard let parentSlot else { return }
        let parent = NodeReference<Key, Value>.at(parentSlot)
        parent.noteFullLeaf(at: parent.header.pointee.position(of: hash))
    }
}

extension NodeReference {
    /// The index of the child to which a hash belongs, unless it differs from all hashes here, or there is none.
    @inlinable @inline(__always)
    func childIndex(towards hash: UInt) -> Int? {
        let slot = slot(at: header.pointee.position(of: hash))
        return slot < 0 && header.pointee.trieDivergence(of: hash) == 0 ? slot & 15 : nil
    }

    /// The entry of `key` in this very node, at which the way to the key's hash ends, or nil.
    @inlinable @inline(__always)
    func entry(here key: Key, _ hash: UInt) -> UnsafeMutablePointer<Entry>? {
        if header.pointee.isSmallRoot { return smallEntry(of: key, hash) }
        let slot = slot(at: header.pointee.position(of: hash))
        if UInt(bitPattern: slot) < UInt(NodeHeader.vacancy) {
            let entry = entries + slot
            return Self.key(of: entry).pointee == key ? entry : nil
        }
        return header.pointee.isCollision ? collidingEntry(of: key, hash) : nil
    }

    // The following change the shape of a node that is the edit's own, and has room. What they open, the caller
    // initialises; what they close, it has moved out.

    /// Opens a place for an entry, one more than `count`.
    @inlinable @inline(__always)
    func openEntry(at index: Int, _ position: UInt, _ count: Int) -> UnsafeMutablePointer<Entry> {
        ownKey(at: position)
        let target = entries + index
        (target + 1).moveInitialize(from: target, count: count &- index)
        header.pointee.addEntry(at: position, orTo: count)
        return target
    }

    @inlinable @inline(__always)
    func closeEntry(at index: Int, _ position: UInt) {
        let count = entryCount
        let target = entries + index
        target.moveInitialize(from: target + 1, count: count &- index &- 1)
        header.pointee.removeEntry(at: position, orFrom: count)
    }

    /// Opens a vacant position for a child.
    @inlinable @inline(__always)
    func openChild(at position: UInt) -> UnsafeMutablePointer<Node<Key, Value>> {
        let target = children + NodeHeader.count(header.pointee.childMap, below: position)
        (target + 1).moveInitialize(from: target, count: childCount &- (target - children))
        header.pointee.addChild(at: position)
        return target
    }

    @inlinable @inline(__always)
    func closeChild(at position: UInt) {
        let target = children + childIndex(at: position)
        target.moveInitialize(from: target + 1, count: childCount &- (target - children) &- 1)
        header.pointee.removeChild(at: position)
    }

    /// Makes a note of whether the child at a position is a full leaf.
    @inlinable @inline(__always)
    func noteFullLeaf(at position: UInt) {
        let index = childIndex(at: position)
        let mark = child(at: index).header.pointee.isFullLeaf ? NodeHeader.fullLeafMark : 0
        let byte = NodeHeader.childFlag &+ mark &+ Int8(truncatingIfNeeded: index)
        // A byte that has just been written would hold up the next edit, which loads eight.
        if slot(at: position) == Int(byte) { return }
        UnsafeMutableRawPointer(header).storeBytes(of: byte, toByteOffset: Int(bitPattern: position), as: Int8.self)
    }
}
