extension NodeReference {
    /// The entry of `key` in this subtree, or nil.
    @inlinable
    func entry(of key: Key) -> UnsafeMutablePointer<Entry>? {
        entry(of: key, NodeHeader.hash(of: key))
    }

    /// The entry of `key`, which has this hash, in this subtree, or nil.
    ///
    /// Per level: one byte of the header says which child it is, two more loads where that lies. Nothing is retained.
    /// In a full leaf the hash alone says where the entry lies: of 1,000 keys in sequence, all but the last few are in
    /// such leaves, and a lookup takes an eighth less. Whether the hash has the bits that the nodes skip is not asked:
    /// `==` tells in the end. Only a miss asks whether the node has entries that are not where their hash says, so that
    /// hits don't.
    @inlinable @inline(__always)
    func entry(of key: Key, _ hash: UInt) -> UnsafeMutablePointer<Entry>? {
        var node = self
        var slot = slot(at: header.pointee.position(of: hash))
        while slot < 0 {
            let isFullLeaf = slot < -Int(NodeHeader.fullLeafMark)
            node = node.child(slot: slot)
            slot =
                isFullLeaf
                ? Int(bitPattern: NodeHeader.lowestPosition(of: hash))
                : node.slot(at: node.header.pointee.position(of: hash))
        }
        if slot < Int(NodeHeader.vacancy) {
            let entry = node.entries + slot
            if Self.key(of: entry).pointee == key { return entry }
        }
        return node.header.pointee.hasEntriesElsewhere ? node.entryElsewhere(of: key) : nil
    }

    /// The child for which the header has the byte `slot`, with or without the mark of a full leaf.
    @inlinable @inline(__always)
    func child(slot: Int) -> NodeReference {
        let child = childrenEnd + (slot | -Int(NodeHeader.fullLeafMark))
        return NodeReference(UnsafeRawPointer(child).load(as: UnsafeMutableRawPointer.self))
    }

    /// The entry of `key` in this node, which has entries that are not where their hash says.
    @inlinable @inline(never)
    func entryElsewhere(of key: Key) -> UnsafeMutablePointer<Entry>? {
        if header.pointee.isCollision { return collidingEntry(of: key) }
        return displacedPosition(of: key).map { entries + entryIndex(at: $0) }
    }

    /// The entry of `key` in this collision node.
    @inlinable @inline(never)
    func collidingEntry(of key: Key) -> UnsafeMutablePointer<Entry>? {
        let count = entryCount
        guard NodeHeader.hash(of: key) == header.pointee.collisionHash else { return nil }
        for index in 0..<count where Self.key(of: entries + index).pointee == key {
            return entries + index
        }
        return nil
    }
}
