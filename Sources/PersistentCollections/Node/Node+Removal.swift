// Removal from a map that isn't small keeps the canonical form: the trie looks as if the key had never been there. So a
// node that is left with one entry becomes that entry in its parent, and one that is left with one child becomes that
// child.

extension NodeReference {
    /// What a removal leaves of a subtree: a subtree again, or its last entry, which still lies in the old one.
    @usableFromInline
    enum Remainder {
        /// The key isn't there.
        case unchanged
        case subtree(Node<Key, Value>)
        case entry(UnsafeMutablePointer<Entry>)
    }

    /// This subtree, or the root of a map that isn't small, without `key`.
    @inlinable
    func removing(_ key: Key, _ hash: UInt) -> Remainder {
        let position = header.pointee.position(of: hash)
        if header.pointee.hasEntry(at: position) {
            let index = entryIndex(at: position)
            guard Self.key(of: entries + index).pointee == key else { return .unchanged }
            if itemCount > 2 { return .subtree(copy(removingAt: position)) }
            if header.pointee.childMap == 0 { return .entry(entries + (1 - index)) }
            return .subtree(child(at: 0).unmanaged.takeUnretainedValue())
        }
        if header.pointee.hasChild(at: position) {
            let childCount = touchChildren()
            switch child(at: childIndex(at: position)).removing(key, hash) {
            case .unchanged: return .unchanged
            case .entry(let entry): return .subtree(copy(replacingChildAt: position, with: entry))
            case .subtree(let node):
                return .subtree(copy(replacingChildAt: position, of: childCount, with: node, losingKey: true))
            }
        }
        return header.pointee.isCollision ? removingColliding(key) : .unchanged
    }

    @inlinable @inline(never)
    func removingColliding(_ key: Key) -> Remainder {
        guard let entry = collidingEntry(of: key) else { return .unchanged }
        let index = entry - entries
        if entryCount == 2 { return .entry(entries + (1 - index)) }
        return .subtree(copy(removingCollidingEntryAt: index))
    }
}

extension Node {
    /// Takes `key` out of the trie whose root, not that of a small map, is in `slot`; nil where it isn't there.
    @inlinable
    static func removeFromTrie(_ slot: Slot, _ key: Key, _ hash: UInt) -> Entry? {
        guard let taken = remove(slot, key, hash) else { return nil }
        if slot.pointee.reference.itemCount == 1 { pullUpChild(in: slot) }
        return taken
    }

    /// Takes `key` out of the subtree in `slot`; nil where it isn't there.
    ///
    /// The node may be left with one entry or one child: the caller puts that right.
    @inlinable
    static func remove(_ slot: Slot, _ key: Key, _ hash: UInt) -> Entry? {
        guard isKnownUniquelyReferenced(&slot.pointee) else { return removeFromShared(slot, key, hash) }
        let node = slot.pointee.reference
        let position = node.header.pointee.position(of: hash)
        if node.header.pointee.hasEntry(at: position) {
            let index = node.entryIndex(at: position)
            guard NodeReference.key(of: node.entries + index).pointee == key else { return nil }
            return takeEntry(at: position, from: node)
        }
        if node.header.pointee.hasChild(at: position) {
            let child = node.childSlot(at: node.childIndex(at: position))
            guard let taken = remove(child, key, hash) else { return nil }
            if node.ownsKeyBelow(position) { node.takeKeysBack() }
            let rest = child.pointee.reference
            if rest.itemCount == 1 {
                if rest.header.pointee.childMap == 0 {
                    pullUpEntry(at: position, in: slot)
                    return taken
                }
                pullUpChild(in: child)
            }
            node.noteFullLeaf(at: position)
            return taken
        }
        return node.header.pointee.isCollision ? takeColliding(key, from: node) : nil
    }

    @inlinable @inline(never)
    static func removeFromShared(_ slot: Slot, _ key: Key, _ hash: UInt) -> Entry? {
        let node = slot.pointee.reference
        guard let taken = node.entry(of: key, hash)?.pointee else { return nil }
        switch node.removing(key, hash) {
        case .unchanged: return nil
        case .subtree(let subtree): slot.pointee = subtree
        case .entry(let entry): slot.pointee = single(entry.pointee)
        }
        return taken
    }

    /// Replaces the node in `slot`, which is uniquely referenced and has but one child, by that child.
    @inlinable
    static func pullUpChild(in slot: Slot) {
        let node = slot.pointee.reference
        slot.pointee = takeChild(at: UInt(node.header.pointee.childMap.trailingZeroBitCount), from: node)
    }

    /// A node of one entry, at any position: its parent is about to take that.
    @inlinable
    static func single(_ entry: consuming Entry) -> Node {
        var header = emptyHeader
        header.addEntry(at: 0)
        let node = make(header, entries: 1, children: 0)
        node.reference.entries.initialize(to: entry)
        return node
    }

    /// Replaces the child at `position`, which is uniquely referenced and has one entry, by that entry.
    @inlinable
    static func pullUpEntry(at position: UInt, in slot: Slot) {
        let child = takeChild(at: position, from: slot.pointee.reference)
        let entry = withExtendedLifetime(child) {
            child.reference.takeKeysBack()
            child.reference.header.pointee.removeAll()
            return child.reference.entries.move()
        }
        insert(entry.key, entry.value, at: position, in: slot)
    }

    @inlinable @inline(never)
    static func takeColliding(_ key: Key, from node: NodeReference<Key, Value>) -> Entry? {
        guard let entry = node.collidingEntry(of: key) else { return nil }
        let taken = entry.move()
        let last = node.entries + (node.entryCount - 1)
        entry.moveInitialize(from: entry + 1, count: last - entry)
        node.header.pointee.setCollision(
            hash: node.header.pointee.collisionHash, count: node.header.pointee.collisionCount &- 1)
        return taken
    }
}

extension Node {
    /// Empties a node that only the caller can reach.
    @inlinable
    static func removeAll(_ node: NodeReference<Key, Value>) {
        node.takeKeysBack()
        let entryCount = node.entryCount
        let childCount = node.childCount
        node.header.pointee.removeAll()
        node.entries.deinitialize(count: entryCount)
        (node.childrenEnd - childCount).deinitialize(count: childCount)
    }
}
