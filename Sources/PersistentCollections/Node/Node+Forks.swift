// New subtrees for keys whose hashes agree so far.

extension Node {
    /// A subtree at depth `shift` of two entries with different keys.
    @inlinable @inline(never)
    static func pair(
        _ first: consuming Entry, _ firstHash: UInt, _ second: consuming Entry, _ secondHash: UInt, shift: UInt
    ) -> Node {
        guard firstHash != secondHash else {
            var header = emptyHeader
            header.setCollision(hash: firstHash, count: 2)
            let node = make(header)
            node.reference.entries.initialize(to: first)
            (node.reference.entries + 1).initialize(to: second)
            return node
        }
        let fork = forkShift(firstHash, secondHash)
        let firstPosition = NodeHeader.position(of: firstHash &>> fork)
        let secondPosition = NodeHeader.position(of: secondHash &>> fork)
        var header = emptyHeader
        header.addEntry(at: firstPosition)
        header.addEntry(at: secondPosition)
        let node = make(header)
        let firstIndex = firstPosition < secondPosition ? 0 : 1
        (node.reference.entries + firstIndex).initialize(to: first)
        (node.reference.entries + (1 - firstIndex)).initialize(to: second)
        return wrap(node, hash: firstHash, from: fork, to: shift)
    }

    /// A subtree at depth `shift` of a collision node and an entry with another hash.
    @inlinable @inline(never)
    static func fork(_ collision: Node, _ entry: consuming Entry, _ hash: UInt, shift: UInt) -> Node {
        let collisionHash = collision.reference.header.pointee.collisionHash
        let fork = forkShift(collisionHash, hash)
        var header = emptyHeader
        header.addEntry(at: NodeHeader.position(of: hash &>> fork))
        header.addChild(at: NodeHeader.position(of: collisionHash &>> fork))
        let node = make(header)
        node.reference.entries.initialize(to: entry)
        node.reference.childSlot(at: 0).initialize(to: collision)
        return wrap(node, hash: hash, from: fork, to: shift)
    }

    /// Depth of the first level at which two different hashes select different positions.
    @inlinable
    static func forkShift(_ first: UInt, _ second: UInt) -> UInt {
        let bit = UInt(truncatingIfNeeded: (first ^ second).trailingZeroBitCount)
        return bit - bit % NodeHeader.bitsPerLevel
    }

    /// The chain of nodes with one child that leads from depth `shift` to `node` at depth `start`.
    @inlinable
    static func wrap(_ node: Node, hash: UInt, from start: UInt, to shift: UInt) -> Node {
        var result = node
        var current = start
        while current > shift {
            current -= NodeHeader.bitsPerLevel
            var header = emptyHeader
            header.addChild(at: NodeHeader.position(of: hash &>> current))
            let parent = make(header)
            parent.reference.childSlot(at: 0).initialize(to: result)
            result = parent
        }
        return result
    }
}
