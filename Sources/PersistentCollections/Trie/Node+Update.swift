extension Node {
    /// Sets the value of a key, which has this hash, in the trie at a place, and returns the old one in an edit of the map
    /// itself.
    ///
    /// - Parameter isNew: Is set to true where the trie does not have the key.
    @inlinable
    static func update(
        _ root: NodePlace<Key, Value>, _ entry: consuming Entry, _ hash: UInt, _ isNew: inout Bool
    ) -> Value? {
        var place = root
        var parent: NodeReference<Key, Value>?
        while true {
            let node = place.node
            guard node.header.pointee.divergence(of: hash) == 0 else {
                place.putBack(fork(place.take(), entry, hash))
                break
            }
            let position = node.header.pointee.position(of: hash)
            if node.header.pointee.hasChild(at: position) {
                let child = place.descend(to: position)
                parent = place.node
                place = child
                continue
            }
            if node.header.pointee.hasEntry(at: position) {
                let index = node.entryIndex(at: position)
                if NodeReference.key(of: node.entries + index).pointee == entry.key {
                    return replaceValue(place, at: index, with: entry.value)
                }
                pushDown(place, entry, hash, at: position)
            } else if node.header.pointee.isCollision {
                if let colliding = node.collidingEntry(of: entry.key, hash) {
                    return replaceValue(place, at: colliding - node.entries, with: entry.value)
                }
                append(place, entry)
            } else {
                insertEntry(place, entry, at: position)
            }
            break
        }
        isNew = true
        parent?.noteFullLeaf(on: hash)
        return nil
    }

    /// Sets the value of the entry at an address, with this hash, in the map at a place, and returns the old one in an
    /// edit of the map itself.
    @inlinable @inline(never)
    static func replaceValue(
        _ root: NodePlace<Key, Value>, _ hash: UInt, _ entry: UnsafeMutablePointer<Entry>, _ value: consuming Value
    ) -> Value? {
        let place = end(of: root, hash)
        return replaceValue(place, at: entry - place.node.entries, with: value)
    }

    /// The value of the entry at an address, with this hash, in nodes that only the caller can reach: those on the way
    /// that are shared are replaced by copies.
    @inlinable
    static func uniqueValue(
        _ root: NodePlace<Key, Value>, _ hash: UInt, _ entry: UnsafeMutablePointer<Entry>
    ) -> UnsafeMutablePointer<Value> {
        let place = end(of: root, hash)
        return uniqueValue(place, at: entry - place.node.entries)
    }

    /// The place where the way to a hash ends, for an edit of what is there.
    @inlinable @inline(__always)
    static func end(of root: NodePlace<Key, Value>, _ hash: UInt) -> NodePlace<Key, Value> {
        var place = root
        while true {
            let header = place.node.header
            let position = header.pointee.position(of: hash)
            guard header.pointee.hasChild(at: position) else { return place }
            place = place.descend(to: position)
        }
    }
}
