// Copies of a node that differ from it in one place. They share all the children that they have in common, have no free
// space, and leave the original as it is.

extension NodeReference {
    /// Copies entries to uninitialised memory. (A plain loop: it becomes loads, retains and stores, where the pointer's
    /// own bulk copy becomes a call into the runtime with an indirect call for each entry.)
    @inlinable @inline(__always)
    func copyEntries(_ start: Int, _ end: Int, to target: UnsafeMutablePointer<Entry>) {
        let entries = entries
        var index = start
        while index < end {
            (target + (index &- start)).initialize(to: entries[index])
            index &+= 1
        }
    }

    /// Copies the entries `start..<end` to a node that has all entries of this one, for ``shareKeys(with:)`` to follow
    /// where keys are shared.
    @inlinable @inline(__always)
    func copyEntries(_ start: Int, _ end: Int, to target: UnsafeMutablePointer<Entry>, sharingKeys: Bool) {
        if sharingKeys {
            copyBits(start, end, to: target)
            copyValues(start, end, to: target)
        } else {
            copyEntries(start, end, to: target)
        }
    }

    /// Whether copies that have all keys of this node share them: where it has an owner, or enough keys for one.
    ///
    /// Other threads don't change the answer. With fewer keys, to copy the entries as they are is quicker by a tenth.
    @inlinable @inline(__always)
    func sharesKeys(entries count: Int) -> Bool {
        KeyOwner<Key>.isUseful && !header.pointee.isCollision && (count >= KeyOwner<Key>.leastCount || keyOwner != nil)
    }

    /// Copies entries as bits, without a call where there are none.
    @inlinable @inline(__always)
    func copyBits(_ start: Int, _ end: Int, to target: UnsafeMutablePointer<Entry>) {
        if start >= end { return }
        UnsafeMutableRawPointer(target).copyMemory(from: entries + start, byteCount: (end &- start) &* Entry.stride)
    }

    /// Copies the values of entries, of which bits have been copied, unless that was all there is to do.
    @inlinable @inline(__always)
    func copyValues(_ start: Int, _ end: Int, to target: UnsafeMutablePointer<Entry>) {
        if _isPOD(Value.self) { return }
        var index = start
        while index < end {
            Self.value(of: target + (index &- start)).initialize(to: Self.value(of: entries + index).pointee)
            index &+= 1
        }
    }

    /// Number of children, having read a word of each.
    ///
    /// They are about to be retained. These loads overlap, whereas the retains, atomic operations, would wait for one
    /// cache miss after the other in large maps. Before the descent into one of the children, they overlap with that as
    /// well, which takes a tenth off an edit of a map of a million entries.
    @inlinable @inline(__always)
    func touchChildren() -> Int {
        let count = childCount
        var slot = UnsafeRawPointer(childrenEnd)
        let start = slot - count &* MemoryLayout<UnsafeRawPointer>.size
        var words: UInt = ~0
        while slot > start {
            slot -= MemoryLayout<UnsafeRawPointer>.size
            words &= slot.load(as: UnsafeRawPointer.self).load(as: UInt.self)
        }
        // The first word of objects of one class is the same, and not 0. The optimiser does not know that, so the loads
        // stay.
        return words == 0 ? 0 : count
    }

    /// Copies the references to the children `start..<end` to the children of `target` that begin with `position`.
    ///
    /// First as bits, then they are retained.
    @inlinable @inline(__always)
    func copyChildren(_ start: Int, _ end: Int, to target: NodeReference, at position: Int) {
        copyBitsOfChildren(start, end, to: target, at: position)
        retainChildren(start, end)
    }

    /// Copies references to children, if there are any, as bits.
    @inlinable @inline(__always)
    func copyBitsOfChildren(_ start: Int, _ end: Int, to target: NodeReference, at position: Int) {
        if start >= end { return }
        UnsafeMutableRawPointer(target.childrenEnd - (position &+ end &- start)).copyMemory(
            from: childrenEnd - end, byteCount: (end &- start) &* MemoryLayout<UnsafeRawPointer>.size)
    }

    @inlinable @inline(__always)
    func retainChildren(_ start: Int, _ end: Int) {
        var index = start
        while index < end {
            _ = child(at: index).unmanaged.retain()
            index &+= 1
        }
    }

    /// A copy in which entry `index` has another value.
    @inlinable
    func copy(replacingValueAt index: Int, with value: consuming Value) -> Node<Key, Value> {
        let childCount = touchChildren()
        let count = entryCount
        let node = Node<Key, Value>.make(header.pointee, entries: count, children: childCount)
        let target = node.reference
        if sharesKeys(entries: count) {
            shareEntries(count, with: target, replacingValueAt: index, with: value)
        } else {
            copyEntries(0, index, to: target.entries)
            (target.entries + index).initialize(to: Entry(entries[index].key, value))
            copyEntries(index &+ 1, count, to: target.entries + (index &+ 1))
        }
        copyChildren(0, childCount, to: target, at: 0)
        return node
    }

    /// Copies all entries to a node of the same shape, which gets another value in entry `index` and shares the keys.
    @inlinable @inline(__always)
    func shareEntries(
        _ count: Int, with target: NodeReference, replacingValueAt index: Int, with value: consuming Value
    ) {
        copyBits(0, count, to: target.entries)
        copyValues(0, index, to: target.entries)
        Self.value(of: target.entries + index).initialize(to: value)
        copyValues(index &+ 1, count, to: target.entries + (index &+ 1))
        shareKeys(with: target)
    }

    /// A copy with an entry at a position that was empty.
    @inlinable
    func copy(insertingAt position: UInt, _ key: consuming Key, _ value: consuming Value) -> Node<Key, Value> {
        copy(insertingAt: position, key, value, children: touchChildren())
    }

    /// The same, with the number of children; where that is a constant 0, nothing remains of what is done about them.
    @inlinable @inline(__always)
    func copy(
        insertingAt position: UInt, _ key: consuming Key, _ value: consuming Value, children childCount: Int
    ) -> Node<Key, Value> {
        let count = positionedEntryCount
        let index = entryIndex(at: position)
        var newHeader = header.pointee
        newHeader.addEntry(at: position)
        let node = Node<Key, Value>.make(newHeader, entries: count &+ 1, children: childCount)
        let target = node.reference
        let sharingKeys = sharesKeys(entries: count)
        copyEntries(0, index, to: target.entries, sharingKeys: sharingKeys)
        (target.entries + index).initialize(to: Entry(key, value))
        copyEntries(index, count, to: target.entries + (index &+ 1), sharingKeys: sharingKeys)
        if sharingKeys { shareKeys(with: target) }
        copyChildren(0, childCount, to: target, at: 0)
        return node
    }

    /// A copy without the entry at `position`.
    @inlinable
    func copy(removingAt position: UInt) -> Node<Key, Value> {
        let childCount = touchChildren()
        var newHeader = header.pointee
        newHeader.removeEntry(at: position)
        let node = Node<Key, Value>.make(newHeader, entries: entryCount &- 1, children: childCount)
        let target = node.reference
        let index = target.entryIndex(at: position)
        copyEntries(0, index, to: target.entries)
        copyEntries(index &+ 1, entryCount, to: target.entries + index)
        copyChildren(0, childCount, to: target, at: 0)
        return node
    }

    /// A copy with another child at `position`.
    ///
    /// - Parameter losingKey: Whether the child that is there has a key that the other one doesn't have.
    @inlinable
    func copy(
        replacingChildAt position: UInt, of childCount: Int, with child: consuming Node<Key, Value>,
        losingKey: Bool = false
    ) -> Node<Key, Value> {
        let count = positionedEntryCount
        let node = Node<Key, Value>.make(header.pointee, entries: count, children: childCount)
        let target = node.reference
        let index = childIndex(at: position)
        if losingKey && ownsKeyBelow(position) {
            copyEntries(0, count, to: target.entries)
        } else if header.pointee.entryMap != 0 {
            let sharingKeys = sharesKeys(entries: count)
            copyEntries(0, count, to: target.entries, sharingKeys: sharingKeys)
            if sharingKeys { shareKeys(with: target) }
        }
        copyBitsOfChildren(0, childCount, to: target, at: 0)
        retainChildren(0, index)
        target.childSlot(at: index).initialize(to: child)
        target.noteFullLeaf(at: position)
        retainChildren(index &+ 1, childCount)
        return node
    }

    /// A copy with a child at `position` in place of the entry there, which that child has.
    @inlinable
    func copy(replacingEntryAt position: UInt, with child: consuming Node<Key, Value>) -> Node<Key, Value> {
        let childCount = touchChildren()
        var newHeader = header.pointee
        newHeader.removeEntry(at: position)
        newHeader.addChild(at: position)
        let count = positionedEntryCount
        let node = Node<Key, Value>.make(newHeader, entries: count &- 1, children: childCount &+ 1)
        let target = node.reference
        let removed = entryIndex(at: position)
        let sharingKeys = sharesKeys(entries: count)
        copyEntries(0, removed, to: target.entries, sharingKeys: sharingKeys)
        copyEntries(removed &+ 1, count, to: target.entries + removed, sharingKeys: sharingKeys)
        if sharingKeys && newHeader.entryMap != 0 { shareKeys(with: target) }
        let index = target.childIndex(at: position)
        copyChildren(0, index, to: target, at: 0)
        target.childSlot(at: index).initialize(to: child)
        copyChildren(index, childCount, to: target, at: index &+ 1)
        return node
    }

    /// A copy with a copy of `entry` at `position` in place of the child there.
    @inlinable
    func copy(replacingChildAt position: UInt, with entry: UnsafeMutablePointer<Entry>) -> Node<Key, Value> {
        let childCount = touchChildren()
        var newHeader = header.pointee
        newHeader.removeChild(at: position)
        newHeader.addEntry(at: position)
        let node = Node<Key, Value>.make(newHeader, entries: entryCount &+ 1, children: childCount &- 1)
        let target = node.reference
        let index = target.entryIndex(at: position)
        copyEntries(0, index, to: target.entries)
        (target.entries + index).initialize(to: entry.pointee)
        copyEntries(index, entryCount, to: target.entries + (index &+ 1))
        let removed = childIndex(at: position)
        copyChildren(0, removed, to: target, at: 0)
        copyChildren(removed &+ 1, childCount, to: target, at: removed)
        return node
    }
}

extension NodeReference {
    /// A copy of this collision node with one more entry.
    @inlinable
    func copy(appending key: consuming Key, _ value: consuming Value) -> Node<Key, Value> {
        let count = entryCount
        var newHeader = header.pointee
        newHeader.setCollision(hash: newHeader.collisionHash, count: count + 1)
        let node = Node<Key, Value>.make(newHeader, entries: count + 1, children: 0)
        copyEntries(0, count, to: node.reference.entries)
        (node.reference.entries + count).initialize(to: Entry(key, value))
        return node
    }

    /// A copy of this collision node, which has more than two entries, without entry `index`.
    @inlinable
    func copy(removingCollidingEntryAt index: Int) -> Node<Key, Value> {
        let count = entryCount
        var newHeader = header.pointee
        newHeader.setCollision(hash: newHeader.collisionHash, count: count - 1)
        let node = Node<Key, Value>.make(newHeader, entries: count - 1, children: 0)
        copyEntries(0, index, to: node.reference.entries)
        copyEntries(index + 1, count, to: node.reference.entries + index)
        return node
    }
}
