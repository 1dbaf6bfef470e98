// Removal keeps the canonical form: the trie looks as if the key had never been there. So below the root
//  - a subtree with one entry left becomes that entry in the parent, level by level, and
//  - a collision node moves up as long as it is alone in its parent.
// The callers have looked the key up before: it is there.

extension NodeReference {
    /// What is left of a subtree: a subtree again, or its last entry, which still lies in the old one.
    @usableFromInline
    enum Remainder {
        case subtree(Node<Key, Value>)
        case entry(UnsafeMutablePointer<Entry>)
    }

    /// This subtree, which has at least two entries, without `key`.
    @inlinable
    func removing(_ key: Key, _ rest: UInt) -> Remainder {
        let position = NodeHeader.position(of: rest)
        let entryCount = header.pointee.entryCount
        let childCount = header.pointee.childCount
        if header.pointee.hasChild(at: position) {
            let child = child(at: header.pointee.childIndex(at: position))
            let isChain = entryCount == 0 && childCount == 1
            switch child.removing(key, rest &>> NodeHeader.bitsPerLevel) {
            case .entry(let entry):
                return isChain ? .entry(entry) : .subtree(copy(replacingChildAt: position, with: entry))
            case .subtree(let node):
                if isChain && node.reference.header.pointee.isCollision { return .subtree(node) }
                return .subtree(copy(replacingChildAt: position, with: node))
            }
        }
        if header.pointee.hasEntry(at: position) {
            if entryCount == 2 && childCount == 0 {
                return .entry(entries + (1 - header.pointee.entryIndex(at: position)))
            }
            if entryCount == 1 && childCount == 1 && child(at: 0).header.pointee.isCollision {
                return .subtree(child(at: 0).unmanaged.takeUnretainedValue())
            }
            return .subtree(copy(removingAt: position))
        }
        return removingColliding(key)
    }

    @inlinable @inline(never)
    func removingColliding(_ key: Key) -> Remainder {
        guard let entry = collidingEntry(of: key) else { return .subtree(unmanaged.takeUnretainedValue()) }
        let index = entry - entries
        if header.pointee.entryCount == 2 { return .entry(entries + (1 - index)) }
        return .subtree(copy(removingCollidingEntryAt: index))
    }

    /// True where the node's only content is a collision node.
    @inlinable
    var onlyHasCollisionChild: Bool {
        header.pointee.entryMap == 0 && header.pointee.childCount == 1 && child(at: 0).header.pointee.isCollision
    }
}

extension Node {
    /// Takes `key` out of the subtree in `slot`, which only the caller can reach.
    ///
    /// The subtree's own root may be left with one entry, or with a collision node alone: the caller puts that right.
    /// Returns nil, and changes nothing, only for a key whose `==` or hash is not what it was a moment ago.
    @inlinable
    static func remove(_ slot: Slot, _ key: Key, _ hash: UInt, shift: UInt) -> Entry? {
        guard isKnownUniquelyReferenced(&slot.pointee) else {
            return removeFromShared(slot, key, hash, shift: shift)
        }
        let node = slot.pointee.reference
        let position = NodeHeader.position(of: hash &>> shift)
        if node.header.pointee.hasChild(at: position) {
            let child = node.childSlot(at: node.header.pointee.childIndex(at: position))
            let taken = remove(child, key, hash, shift: shift &+ NodeHeader.bitsPerLevel)
            let reference = child.pointee.reference
            if reference.header.pointee.isSingleEntry {
                pullUpEntry(at: position, in: slot)
            } else if reference.onlyHasCollisionChild {
                child.pointee = reference.child(at: 0).unmanaged.takeUnretainedValue()
            }
            return taken
        }
        if node.header.pointee.hasEntry(at: position) { return takeEntry(at: position, from: node) }
        return takeColliding(key, from: node)
    }

    @inlinable @inline(never)
    static func removeFromShared(_ slot: Slot, _ key: Key, _ hash: UInt, shift: UInt) -> Entry? {
        let node = slot.pointee.reference
        guard let entry = node.entry(of: key, rest: hash &>> shift) else { return nil }
        let taken = entry.pointee
        switch node.removing(key, hash &>> shift) {
        case .subtree(let subtree): slot.pointee = subtree
        case .entry(let entry): slot.pointee = single(entry.pointee, shift: shift)
        }
        return taken
    }

    /// The entry of a map's root that has only one.
    @inlinable
    static func single(in node: Node) -> Entry {
        withExtendedLifetime(node) { node.reference.entries.pointee }
    }

    /// A node at depth `shift` of one entry.
    @inlinable
    static func single(_ entry: consuming Entry, shift: UInt) -> Node {
        var header = emptyHeader
        header.addEntry(at: NodeHeader.position(of: UInt(bitPattern: entry.key.hashValue) &>> shift))
        let node = make(header)
        node.reference.entries.initialize(to: entry)
        return node
    }

    /// Replaces the child at `position`, which is uniquely referenced and has one entry, by that entry.
    @inlinable
    static func pullUpEntry(at position: UInt, in slot: Slot) {
        let child = takeChild(at: position, from: slot.pointee.reference)
        let entry = withExtendedLifetime(child) {
            child.reference.header.pointee.removeAll()
            return child.reference.entries.move()
        }
        insert(entry.key, entry.value, at: position, in: slot)
    }

    @inlinable @inline(never)
    static func takeColliding(_ key: Key, from node: NodeReference<Key, Value>) -> Entry? {
        guard let entry = node.collidingEntry(of: key) else { return nil }
        let taken = entry.move()
        let last = node.entries + (node.header.pointee.entryCount - 1)
        entry.moveInitialize(from: entry + 1, count: last - entry)
        node.header.pointee.childRanks -= 1
        return taken
    }

    /// Restores the form of a whole trie after `remove` on its root.
    @inlinable
    static func normalizeRoot(_ slot: Slot) {
        let root = slot.pointee.reference
        if root.onlyHasCollisionChild {
            slot.pointee = root.child(at: 0).unmanaged.takeUnretainedValue()
        } else if root.header.pointee.isCollision && root.header.pointee.entryCount == 1 {
            let hash = root.header.pointee.collisionHash
            root.header.pointee.removeAll()
            root.header.pointee.addEntry(at: NodeHeader.position(of: hash))
        }
    }
}

extension Node {
    /// Empties a node that only the caller can reach.
    @inlinable
    static func removeAll(_ node: NodeReference<Key, Value>) {
        let entryCount = node.header.pointee.entryCount
        let childCount = node.header.pointee.childCount
        node.header.pointee.removeAll()
        node.entries.deinitialize(count: entryCount)
        (node.childrenEnd - childCount).deinitialize(count: childCount)
    }
}
