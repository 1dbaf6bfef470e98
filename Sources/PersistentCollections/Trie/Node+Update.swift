extension Node {
    /// Adds an entry, whose key isn't there and has this hash, to the trie at a place.
    @inlinable
    static func add(_ root: NodePlace<Key, Value>, _ entry: consuming Entry, _ hash: UInt) {
        var place = root
        var parent: NodeReference<Key, Value>?
        var (node, position) = (place.node, UInt(0))
        while node.header.pointee.divergence(of: hash) == 0 {
            position = node.header.pointee.position(of: hash)
            guard node.header.pointee.hasChild(at: position) else { break }
            let child = place.descend(to: position)
            parent = place.node
            place = child
            node = place.node
        }
        let header = node.header
        if header.pointee.divergence(of: hash) != 0 {
            place.putBack(fork(place.take(), entry, hash))
        } else if header.pointee.isCollision {
            append(place, entry)
        } else if header.pointee.hasEntry(at: position) {
            pushDown(place, entry, hash, at: position)
        } else {
            insertEntry(place, header.pointee, entry, at: position)
        }
        parent?.noteFullLeaf(on: hash)
    }

    /// Sets the value of the entry at an address, with this hash, in the map at a place, and returns the old one in an
    /// edit of the map itself.
    @inlinable
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
