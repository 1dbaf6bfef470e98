// SPDX-License-Identifier: Apache-2.0
extension NodeReference {
    /// The entry of `key`, which has this hash, in this trie, or nil.
    ///
    /// Per level: one byte of the header says which child it is, one load more where that lies. Nothing is retained. In
    /// a full leaf the hash alone says where the entry lies. Whether the hash has the bits that the nodes skip is not
    /// asked: `==` tells in the end.
    @inlinable @inline(__always)
    func trieEntry(of key: Key, _ hash: UInt) -> UnsafeMutablePointer<Entry>? {
        var node = self
        var slot = slot(at: header.pointee.position(of: hash))
        while slot < 0 {
            let index = slot &- Int(NodeHeader.childFlag)
            if index >= Int(NodeHeader.fullLeafMark) {
                let leaf = node.child(at: index &- Int(NodeHeader.fullLeafMark))
                let entry = leaf.leafEntries + Int(bitPattern: NodeHeader.lowestPosition(of: hash))
                return Self.key(of: entry).pointee == key ? entry : nil
            }
            node = node.child(at: index)
            slot = node.slot(at: node.header.pointee.position(of: hash))
        }
        if slot < Int(NodeHeader.vacancy) {
            let entry = node.entries + slot
            return Self.key(of: entry).pointee == key ? entry : nil
        }
        return node.header.pointee.isCollision ? node.collidingEntry(of: key, hash) : nil
    }

    /// The entry of `key` in this collision node.
    @inlinable @inline(never)
    func collidingEntry(of key: Key, _ hash: UInt) -> UnsafeMutablePointer<Entry>? {
        guard hash == header.pointee.collisionHash else { return nil }
        for index in 0..<entryCount where Self.key(of: entries + index).pointee == key {
            return entries + index
        }
        return nil
    }

    /// The entry of `key`, which has this hash, in this root or subtree, or nil.
    @inlinable @inline(__always)
    func entry(of key: Key, _ hash: UInt) -> UnsafeMutablePointer<Entry>? {
        header.pointee.isSmallRoot ? smallEntry(of: key, hash) : trieEntry(of: key, hash)
    }

    /// The same, where the hash isn't at hand.
    @inlinable
    func entry(of key: Key) -> UnsafeMutablePointer<Entry>? { entry(of: key, NodeHeader.hash(of: key)) }
}
