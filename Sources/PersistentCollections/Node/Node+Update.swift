extension Node {
    /// Sets the value of `key` in the trie whose root, not nil and not that of a small map, is at `root`, and returns
    /// the old one.
    ///
    /// Walks down while the nodes are uniquely referenced and edits the last one in place. The first shared node on the
    /// way is replaced by an edited copy of its path.
    @inlinable
    static func update(
        root: UnsafeMutablePointer<Node?>, _ key: Key, _ hash: UInt, _ value: consuming Value
    ) -> Value? {
        var slot = slot(root: root)
        var parent: NodeReference<Key, Value>?
        while isKnownUniquelyReferenced(&slot.pointee) {
            let node = slot.pointee.reference
            let header = node.header
            if header.pointee.divergence(of: hash) != 0 {
                slot.initialize(to: fork(slot.move(), Entry(key, value), hash))
                parent?.noteFullLeaf(on: hash)
                return nil
            }
            let position = header.pointee.position(of: hash)
            if header.pointee.hasChild(at: position) {
                parent = node
                slot = node.childSlot(at: node.childIndex(at: position))
                continue
            }
            if header.pointee.hasEntry(at: position) {
                let entry = node.entries + node.entryIndex(at: position)
                if NodeReference.key(of: entry).pointee == key { return exchange(value, in: entry) }
                pushDown(key, hash, value, at: position, in: slot)
                parent?.noteFullLeaf(on: hash)
            } else if !header.pointee.isCollision {
                insert(key, value, at: position, in: slot)
                if slot.pointee.reference.header.pointee.isFullLeaf { parent?.noteFullLeaf(on: hash) }
            } else if let entry = node.collidingEntry(of: key) {
                return exchange(value, in: entry)
            } else {
                append(key, value, in: slot)
            }
            return nil
        }
        let node = slot.pointee.reference
        let old = node.entry(of: key, hash).map { NodeReference.value(of: $0).pointee }
        var isNew = false
        slot.pointee = node.setting(key, hash, value, &isNew)
        parent?.noteFullLeaf(on: hash)
        return old
    }

    /// The entry of `key` if the root, not nil, is that of a small map and uniquely referenced.
    ///
    /// Then its value can be changed with no more ado.
    @inlinable @inline(__always)
    static func entryToChange(
        root: UnsafeMutablePointer<Node?>, _ key: Key, _ hash: UInt
    ) -> UnsafeMutablePointer<Entry>? {
        let slot = slot(root: root)
        guard isKnownUniquelyReferenced(&slot.pointee) else { return nil }
        let node = slot.pointee.reference
        return node.header.pointee.isSmallRoot ? node.smallEntry(of: key, hash) : nil
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
        guard let entry = slot.pointee.reference.entry(of: key, hash) else { return nil }
        var slot = slot
        while isKnownUniquelyReferenced(&slot.pointee) {
            let node = slot.pointee.reference
            let position = node.header.pointee.position(of: hash)
            guard node.header.pointee.hasChild(at: position) else { return NodeReference.value(of: entry) }
            slot = node.childSlot(at: node.childIndex(at: position))
        }
        var isNew = false
        let node = slot.pointee.reference
        let value = NodeReference.value(of: entry).pointee
        slot.pointee =
            node.header.pointee.isSmallRoot
            ? node.copy(replacingSmallValueAt: entry - node.entries, of: key, with: value)
            : node.setting(key, hash, value, &isNew)
        return slot.pointee.reference.entry(of: key, hash).map { NodeReference.value(of: $0) }
    }
}
