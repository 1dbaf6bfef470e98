extension NodeReference {
    /// The entry of `key` in this subtree, or nil.
    @inlinable
    func entry(of key: Key) -> UnsafeMutablePointer<Entry>? {
        entry(of: key, NodeHeader.hash(of: key))
    }

    /// The entry of `key`, which has this hash, in this subtree, or nil.
    ///
    /// Per level: one load of the header's line, two bit tests, one shift for the index, one load of the child. Nothing is
    /// retained. Whether the hash has the bits that the nodes skip is not asked: `==` tells in the end. Only a position that
    /// is empty asks whether the node is a collision node, so that hits don't.
    @inlinable @inline(__always)
    func entry(of key: Key, _ hash: UInt) -> UnsafeMutablePointer<Entry>? {
        var node = self
        var position = header.pointee.position(of: hash)
        while true {
            let header = node.header
            if header.pointee.hasEntry(at: position) {
                let entry = node.entries + header.pointee.entryIndex(at: position)
                return Self.key(of: entry).pointee == key ? entry : nil
            }
            guard header.pointee.hasChild(at: position) else {
                return header.pointee.isCollision ? node.collidingEntry(of: key) : nil
            }
            node = node.child(at: header.pointee.childIndex(at: position))
            position = node.header.pointee.position(of: hash)
        }
    }

    /// The entry of `key` in this collision node.
    @inlinable @inline(never)
    func collidingEntry(of key: Key) -> UnsafeMutablePointer<Entry>? {
        let count = header.pointee.entryCount
        guard NodeHeader.hash(of: key) == header.pointee.collisionHash else { return nil }
        for index in 0..<count where Self.key(of: entries + index).pointee == key {
            return entries + index
        }
        return nil
    }
}
