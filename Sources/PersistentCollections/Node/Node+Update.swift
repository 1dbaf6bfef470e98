extension Node {
    /// Sets the value of `key` in the trie whose root, not nil, is at `root`, and returns the old one.
    ///
    /// Walks down while the nodes are uniquely referenced and edits the last one in place. The first shared node on the way
    /// is replaced by an edited copy of its path.
    @inlinable
    static func update(
        root: UnsafeMutablePointer<Node?>, _ key: Key, _ hash: UInt, _ value: consuming Value
    ) -> Value? {
        var slot = slot(root: root)
        var shift: UInt = 0
        while isKnownUniquelyReferenced(&slot.pointee) {
            let node = slot.pointee.reference
            let header = node.header
            let position = NodeHeader.position(of: hash &>> shift)
            if header.pointee.hasChild(at: position) {
                slot = node.childSlot(at: header.pointee.childIndex(at: position))
                shift &+= NodeHeader.bitsPerLevel
                continue
            }
            if header.pointee.hasEntry(at: position) {
                let entry = node.entries + header.pointee.entryIndex(at: position)
                if entry.pointee.key == key { return exchange(value, in: entry) }
                pushDown(key, hash, value, shift: shift, in: slot)
            } else if !header.pointee.isCollision {
                insert(key, value, at: position, in: slot)
            } else if header.pointee.collisionHash != hash {
                slot.pointee = fork(slot.pointee, Entry(key, value), hash, shift: shift)
            } else if let entry = node.collidingEntry(of: key) {
                return exchange(value, in: entry)
            } else {
                append(key, value, in: slot)
            }
            return nil
        }
        let node = slot.pointee.reference
        let rest = hash &>> shift
        if let entry = node.entry(of: key, rest: rest) {
            let old = NodeReference.value(of: entry).pointee
            slot.pointee = node.replacing(key, rest, value)
            return old
        }
        slot.pointee = node.inserting(key, hash, value, shift: shift)
        return nil
    }

    @inlinable @inline(__always)
    static func exchange(_ value: consuming Value, in entry: UnsafeMutablePointer<Entry>) -> Value {
        let pointer = NodeReference.value(of: entry)
        let old = pointer.move()
        pointer.initialize(to: value)
        return old
    }

    /// The value of `key`, which the subtree in `slot` has, in nodes that only the caller can reach: those on the way
    /// that are shared are replaced by copies.
    ///
    /// Nil where the subtree does not have the key; then nothing changes.
    @inlinable
    static func uniqueValue(_ slot: Slot, _ key: Key, _ hash: UInt) -> UnsafeMutablePointer<Value>? {
        guard let entry = slot.pointee.reference.entry(of: key, rest: hash) else { return nil }
        var slot = slot
        var rest = hash
        while isKnownUniquelyReferenced(&slot.pointee) {
            let node = slot.pointee.reference
            let position = NodeHeader.position(of: rest)
            guard node.header.pointee.hasChild(at: position) else { return NodeReference.value(of: entry) }
            slot = node.childSlot(at: node.header.pointee.childIndex(at: position))
            rest &>>= NodeHeader.bitsPerLevel
        }
        let shared = slot.pointee.reference
        slot.pointee = shared.replacing(key, rest, NodeReference.value(of: entry).pointee)
        return slot.pointee.reference.entry(of: key, rest: rest).map { NodeReference.value(of: $0) }
    }
}
