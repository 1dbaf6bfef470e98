// Persistent insertion: a new path from the root, everything else shared.

extension NodeReference {
    /// This subtree, or the root of a map that isn't small, with `value` for `key`.
    ///
    /// - Parameter isNew: Is set to true where the subtree does not have the key.
    @inlinable
    func setting(
        _ key: consuming Key, _ hash: UInt, _ value: consuming Value, _ isNew: inout Bool
    ) -> Node<Key, Value> {
        guard header.pointee.divergence(of: hash) == 0 else {
            isNew = true
            return Node<Key, Value>.fork(unmanaged.takeUnretainedValue(), Entry(key, value), hash)
        }
        let position = header.pointee.position(of: hash)
        if header.pointee.hasEntry(at: position) {
            let index = entryIndex(at: position)
            if Self.key(of: entries + index).pointee == key { return copy(replacingValueAt: index, with: value) }
            isNew = true
            let other = entries[index]
            let pair = Node<Key, Value>.pair(other, NodeHeader.hash(of: other.key), Entry(key, value), hash)
            return copy(replacingEntryAt: position, with: pair)
        }
        if header.pointee.hasChild(at: position) {
            let childCount = touchChildren()
            let child = child(at: childIndex(at: position)).setting(key, hash, value, &isNew)
            return copy(replacingChildAt: position, of: childCount, with: child)
        }
        if header.pointee.isCollision { return settingColliding(key, value, &isNew) }
        isNew = true
        return copy(insertingAt: position, key, value)
    }

    /// The same for a collision node, whose hash is the key's.
    @inlinable @inline(never)
    func settingColliding(_ key: consuming Key, _ value: consuming Value, _ isNew: inout Bool) -> Node<Key, Value> {
        if let entry = collidingEntry(of: key) { return copy(replacingValueAt: entry - entries, with: value) }
        isNew = true
        return copy(appending: key, value)
    }
}
