extension NodeReference {
    /// The entry of `key` in this subtree, or nil.
    ///
    /// `rest` is the key's hash without the bits of the levels above.
    ///
    /// Per level: one load of the header's line, two bit tests, one shift for the index, one load of the child. Nothing is
    /// retained. Only a position that is empty asks whether the node is a collision node, so that hits don't.
    @inlinable @inline(__always)
    func entry(of key: Key, rest: UInt) -> UnsafeMutablePointer<Entry>? {
        var node = self
        var rest = rest
        while true {
            let position = NodeHeader.position(of: rest)
            let header = node.header
            if header.pointee.hasEntry(at: position) {
                let entry = node.entries + header.pointee.entryIndex(at: position)
                return entry.pointee.key == key ? entry : nil
            }
            guard header.pointee.hasChild(at: position) else {
                return header.pointee.isCollision ? node.collidingEntry(of: key) : nil
            }
            node = node.child(at: header.pointee.childIndex(at: position))
            rest &>>= NodeHeader.bitsPerLevel
        }
    }

    /// The entry of `key` in this collision node.
    @inlinable @inline(never)
    func collidingEntry(of key: Key) -> UnsafeMutablePointer<Entry>? {
        let count = header.pointee.entryCount
        guard UInt(bitPattern: key.hashValue) == header.pointee.collisionHash else { return nil }
        for index in 0..<count where entries[index].key == key {
            return entries + index
        }
        return nil
    }
}
