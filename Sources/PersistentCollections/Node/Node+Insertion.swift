// Persistent insertion: a new path from the root, everything else shared. The callers have looked the key up before, so
// that nothing here compares keys.

extension NodeReference {
    /// This subtree with another value for a key that it has.
    @inlinable
    func replacing(_ key: Key, _ rest: UInt, _ value: consuming Value) -> Node<Key, Value> {
        let position = NodeHeader.position(of: rest)
        if header.pointee.hasChild(at: position) {
            let child = child(at: header.pointee.childIndex(at: position))
            return copy(
                replacingChildAt: position, with: child.replacing(key, rest &>> NodeHeader.bitsPerLevel, value))
        }
        if header.pointee.hasEntry(at: position) {
            return copy(replacingValueAt: header.pointee.entryIndex(at: position), with: value)
        }
        return replacingColliding(key, value)
    }

    @inlinable @inline(never)
    func replacingColliding(_ key: Key, _ value: consuming Value) -> Node<Key, Value> {
        guard let entry = collidingEntry(of: key) else { return unmanaged.takeUnretainedValue() }
        return copy(replacingValueAt: entry - entries, with: value)
    }

    /// This subtree with one more entry, whose key it does not have.
    @inlinable
    func inserting(_ key: Key, _ hash: UInt, _ value: consuming Value, shift: UInt) -> Node<Key, Value> {
        let position = NodeHeader.position(of: hash &>> shift)
        let next = shift &+ NodeHeader.bitsPerLevel
        if header.pointee.hasChild(at: position) {
            let child = child(at: header.pointee.childIndex(at: position))
            return copy(replacingChildAt: position, with: child.inserting(key, hash, value, shift: next))
        }
        if header.pointee.hasEntry(at: position) {
            let other = entries[header.pointee.entryIndex(at: position)]
            let otherHash = UInt(bitPattern: other.key.hashValue)
            let pair = Node<Key, Value>.pair(other, otherHash, Entry(key, value), hash, shift: next)
            // Only a root can be that empty. A collision node takes its place.
            let isAlone = header.pointee.childMap == 0 && header.pointee.entryCount == 1
            if isAlone && hash == otherHash { return pair }
            return copy(replacingEntryAt: position, with: pair)
        }
        guard header.pointee.isCollision else {
            return copy(insertingAt: position, key, value)
        }
        if header.pointee.collisionHash == hash {
            return copy(appending: key, value)
        }
        return Node<Key, Value>.fork(unmanaged.takeUnretainedValue(), Entry(key, value), hash, shift: shift)
    }
}
