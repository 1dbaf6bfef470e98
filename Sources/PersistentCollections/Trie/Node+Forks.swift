// SPDX-License-Identifier: Apache-2.0
// New subtrees for keys whose hashes agree so far. A node begins where hashes part: bits that all of them have in
// common are skipped, so no node has only one child.

extension Node {
    /// A subtree of two entries with different keys, which lie at one position of a node.
    @inlinable @inline(never)
    static func pair(
        _ first: consuming Entry, _ firstHash: UInt, _ second: consuming Entry, _ secondHash: UInt
    ) -> Node {
        var header = emptyHeader
        guard firstHash != secondHash else {
            header.setCollision(hash: firstHash, count: 2)
            let node = make(header, entryRoom: 2, childRoom: 0)
            node.reference.leafEntries.initialize(to: first)
            (node.reference.leafEntries + 1).initialize(to: second)
            return node
        }
        let shift = NodeHeader.forkShift(firstHash ^ secondHash)
        let firstPosition = NodeHeader.position(of: firstHash, shift: shift)
        let secondPosition = NodeHeader.position(of: secondHash, shift: shift)
        header.path = NodeHeader.path(to: firstHash, shift: shift)
        header.addEntry(at: firstPosition)
        header.addEntry(at: secondPosition)
        let node = make(header, entryRoom: 2, childRoom: 0)
        let firstIndex = firstPosition < secondPosition ? 0 : 1
        (node.reference.leafEntries + firstIndex).initialize(to: first)
        (node.reference.leafEntries + (1 - firstIndex)).initialize(to: second)
        return node
    }

    /// A subtree of another one and an entry whose hash has other bits where those in the subtree agree.
    @inlinable @inline(never)
    static func fork(_ subtree: consuming Node, _ entry: consuming Entry, _ hash: UInt) -> Node {
        let other = subtree.reference.header.pointee
        let shift = NodeHeader.forkShift(other.divergence(of: hash))
        var header = emptyHeader
        header.path = NodeHeader.path(to: hash, shift: shift)
        header.addEntry(at: NodeHeader.position(of: hash, shift: shift))
        let childPosition = NodeHeader.position(of: other.anyHash, shift: shift)
        header.addChild(at: childPosition)
        let node = make(header, entryRoom: 1, childRoom: 1)
        node.reference.entries.initialize(to: entry)
        node.reference.children.initialize(to: subtree)
        node.reference.noteFullLeaf(at: childPosition)
        return node
    }
}
