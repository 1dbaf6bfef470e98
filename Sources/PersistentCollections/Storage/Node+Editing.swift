// SPDX-License-Identifier: Apache-2.0
// The edits of a single node. Each shape that a node can take on is written here once: in place where nobody else sees
// the node, else in a copy that takes its place.

extension NodePlace {
    /// Makes the node in the place another shape.
    ///
    /// The caller has moved out what is removed from a node that is unique, and initialises what is added.
    @inlinable @inline(__always)
    func reshape(_ shape: NodeHeader, entries: Splice, children: Splice = .none) -> NodeReference<Key, Value> {
        let node = node
        guard isUnique else {
            put(node.copy(shape, entries: entries, children: children))
            return self.node
        }
        let (count, childCount) = (node.entryCount, node.childCount)
        let room = node.header.pointee.room
        if count &+ entries.growth > room.entries || childCount &+ children.growth > room.children {
            return grow(shape, entries: entries, children: children)
        }
        entries.move(node.entries, count, to: node.entries)
        children.move(node.children, childCount, to: node.children)
        node.header.pointee.setShape(shape)
        return node
    }

    /// Moves the node, which is unique, to an allocation with room for a multiple of four entries and children.
    ///
    /// So a node that fills up moves three or four times, and what it has in between are sizes without loss in
    /// allocators that hand out multiples of 16 bytes, glibc's less 8, as the 56 bytes of the fixed part are. Collision
    /// nodes, which know no bounds, grow by a third. Everything moves as bits, so no reference count changes.
    @inlinable @inline(never)
    func grow(_ shape: NodeHeader, entries: Splice, children: Splice) -> NodeReference<Key, Value> {
        let old = node
        let (count, childCount) = (old.entryCount, old.childCount)
        let needed = count &+ entries.growth
        let moved = Node<Key, Value>.make(
            shape, entryRoom: (needed &+ (shape.isCollision ? needed / 3 : 0) &+ 3) & ~3,
            childRoom: (childCount &+ children.growth &+ 3) & ~3)
        let new = moved.reference
        entries.move(old.entries, count, to: new.entries)
        children.move(old.children, childCount, to: new.children)
        old.moveKeyOwner(to: new)
        old.header.pointee.removeAll()
        slot.pointee = moved
        return new
    }
}

extension Splice {
    /// Moves the elements that stay.
    @inlinable @inline(__always)
    func move<Element>(
        _ source: UnsafeMutablePointer<Element>, _ count: Int, to target: UnsafeMutablePointer<Element>
    ) {
        if source != target { target.moveInitialize(from: source, count: index) }
        if source != target || growth != 0 {
            (target + rest.to).moveInitialize(from: source + rest.from, count: count &- rest.from)
        }
    }
}

extension NodeReference {
    /// Adds an entry at a vacant position to a node that nobody else sees and that has room.
    @inlinable @inline(__always)
    func insertEntry(_ entry: consuming Entry, at position: UInt) {
        let index = entryIndex(at: position)
        let target = entries + index
        (target + 1).moveInitialize(from: target, count: positionedEntryCount &- index)
        header.pointee.addEntry(at: position)
        target.initialize(to: entry)
    }

    /// Whether there is room for one more entry.
    @inlinable @inline(__always)
    var hasRoom: Bool { positionedEntryCount < header.pointee.room.entries }
}

extension Node {
    /// Sets the value of an entry, and returns the old one in an edit of the map itself.
    @inlinable @inline(__always)
    static func replaceValue(_ place: NodePlace<Key, Value>, at index: Int, with value: consuming Value) -> Value? {
        let node = place.node
        let pointer = NodeReference.value(of: node.entries + index)
        if place.isUnique {
            let old = pointer.move()
            pointer.initialize(to: value)
            return old
        }
        let old = place.returnsOld ? pointer.pointee : nil
        place.put(node.copy(node.header.pointee, entries: .replacement(at: index), children: .none))
        NodeReference.value(of: place.node.entries + index).initialize(to: value)
        return old
    }

    /// Adds an entry at a position that is vacant.
    @inlinable @inline(__always)
    static func insertEntry(_ place: NodePlace<Key, Value>, _ entry: consuming Entry, at position: UInt) {
        let node = place.node
        if place.isUnique {
            node.ownKey(at: position)
            if node.hasRoom { return node.insertEntry(entry, at: position) }
        }
        let index = node.entryIndex(at: position)
        var shape = node.header.pointee
        shape.addEntry(at: position)
        let new = place.reshape(shape, entries: .insertion(at: index))
        (new.entries + index).initialize(to: entry)
    }

    /// Removes the entry at a position, and returns it in an edit of the map itself.
    @inlinable @inline(__always)
    static func removeEntry(_ place: NodePlace<Key, Value>, at position: UInt) -> Entry? {
        let node = place.node
        let index = node.entryIndex(at: position)
        let taken = takeEntry(place, at: position, index)
        if place.isUnique {
            let target = node.entries + index
            target.moveInitialize(from: target + 1, count: node.positionedEntryCount &- index &- 1)
            node.header.pointee.removeEntry(at: position)
        } else {
            var shape = node.header.pointee
            shape.removeEntry(at: position)
            place.put(node.copy(shape, entries: .removal(at: index), children: .none))
        }
        return taken
    }

    /// The entry at a position that it is about to leave: moved where the node is unique, copied in an edit of the
    /// map itself.
    @inlinable @inline(__always)
    static func takeEntry(_ place: NodePlace<Key, Value>, at position: UInt, _ index: Int) -> Entry? {
        let node = place.node
        if place.isUnique {
            node.ownKey(at: position)
            return (node.entries + index).move()
        }
        return place.returnsOld ? node.entries[index] : nil
    }

    /// Replaces an entry by a child that holds that entry and a new one, whose hash selects the same position.
    @inlinable
    static func pushDown(
        _ place: NodePlace<Key, Value>, _ entry: consuming Entry, _ hash: UInt, at position: UInt
    ) {
        let node = place.node
        let index = node.entryIndex(at: position)
        let other = takeEntry(place, at: position, index) ?? node.entries[index]
        let child = pair(other, NodeHeader.hash(of: other.key), entry, hash)
        var shape = node.header.pointee
        shape.removeEntry(at: position)
        shape.addChild(at: position)
        let childIndex = NodeHeader.count(shape.childMap, below: position)
        let new = place.reshape(shape, entries: .removal(at: index), children: .insertion(at: childIndex))
        (new.children + childIndex).initialize(to: child)
    }

    /// Replaces the child at a position by an entry.
    @inlinable
    static func pullUp(_ place: NodePlace<Key, Value>, _ entry: consuming Entry, at position: UInt) {
        let node = place.node
        let childIndex = node.childIndex(at: position)
        if place.isUnique {
            node.ownKey(at: position)
            (node.children + childIndex).deinitialize(count: 1)
        }
        var shape = node.header.pointee
        shape.removeChild(at: position)
        shape.addEntry(at: position)
        let index = NodeHeader.count(shape.entryMap, below: position)
        let new = place.reshape(shape, entries: .insertion(at: index), children: .removal(at: childIndex))
        (new.entries + index).initialize(to: entry)
    }

    /// Adds an entry to a collision node.
    @inlinable @inline(never)
    static func append(_ place: NodePlace<Key, Value>, _ entry: consuming Entry) {
        var shape = place.node.header.pointee
        let count = shape.collisionCount
        shape.setCollision(hash: shape.collisionHash, count: count &+ 1)
        let new = place.reshape(shape, entries: .insertion(at: count))
        (new.entries + count).initialize(to: entry)
    }

    /// Removes an entry of a collision node, which has more than two, and returns it in an edit of the map itself.
    @inlinable @inline(never)
    static func removeColliding(_ place: NodePlace<Key, Value>, at index: Int) -> Entry? {
        let node = place.node
        var shape = node.header.pointee
        let taken =
            place.isUnique ? (node.entries + index).move() : place.returnsOld ? node.entries[index] : nil
        shape.setCollision(hash: shape.collisionHash, count: shape.collisionCount &- 1)
        _ = place.reshape(shape, entries: .removal(at: index))
        return taken
    }

    /// Empties a node that only the caller can reach.
    @inlinable
    static func removeAll(_ node: NodeReference<Key, Value>) {
        node.takeKeysBack()
        node.entries.deinitialize(count: node.entryCount)
        node.children.deinitialize(count: node.childCount)
        // An empty node is a small map's, which has no room for children: the entries begin before it.
        let room = node.header.pointee.room
        let more = (UnsafeMutableRawPointer(node.entries) - UnsafeMutableRawPointer(node.leafEntries)) / Entry.stride
        node.header.pointee.removeAll()
        node.header.pointee.room = .init(
            entries: min(room.entries &+ more, smallCount), children: 0, room.destruction)
    }
}

extension NodeReference {
    /// Makes a note of whether the child on the way to a hash is a full leaf.
    ///
    /// An edit calls this for the parent of the node that it has changed; a node that is made with children, for each.
    @inlinable @inline(__always)
    func noteFullLeaf(on hash: UInt) { noteFullLeaf(at: header.pointee.position(of: hash)) }

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
