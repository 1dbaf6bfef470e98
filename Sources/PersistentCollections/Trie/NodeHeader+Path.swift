// SPDX-License-Identifier: Apache-2.0
// Which bits of a hash select the position in a node. `path` has in its lowest six bits the number of the lowest such
// bit, then `narrowFlag`, and above the bits that select, those that all hashes in the subtree have there.

extension NodeHeader {
    /// Bits of the hash that one level of the trie consumes.
    @inlinable @inline(__always)
    static var bitsPerLevel: UInt { 4 }

    /// The hash of a key as the map has it: the lowest 61 bits of `hashValue`, and below them three zeros.
    ///
    /// What those bits would be is where a `path` has its lowest bits.
    @inlinable @inline(__always)
    static func hash(of key: borrowing some Hashable) -> UInt { UInt(bitPattern: key.hashValue) &<< lowestShift }

    /// The lowest bit that selects a position in any node.
    @inlinable @inline(__always)
    static var lowestShift: UInt { 3 }

    /// Position that a hash selects in a node that begins with bit `shift`.
    @inlinable @inline(__always)
    static func position(of hash: UInt, shift: UInt) -> UInt { (hash &>> shift) & 15 }

    /// Position that a hash selects in a node that begins with the lowest bit.
    @inlinable @inline(__always)
    static func lowestPosition(of hash: UInt) -> UInt { position(of: hash, shift: lowestShift) }

    /// Position that a hash selects in this node; no matter which in a collision node.
    @inlinable @inline(__always)
    func position(of hash: UInt) -> UInt { Self.position(of: hash, shift: path) }

    /// Number of the lowest bit that selects a position.
    @inlinable @inline(__always)
    var shift: UInt { path & 63 }

    /// The path of a collision node, by which the highest bit alone selects a position, 0 or 1: both are vacant.
    @inlinable @inline(__always)
    static var collisionPath: UInt { UInt(UInt.bitWidth &- 1) }

    /// The path of a node that begins with bit `shift`, below which `hash` lies.
    @inlinable @inline(__always)
    static func path(to hash: UInt, shift: UInt) -> UInt {
        let narrow: UInt = narrowBits.contains(shift) ? narrowFlag : 0
        return hash & mask(above: shift | narrow) | shift | narrow
    }

    /// The bits of a hash above those that select a position in a node with such a path.
    @inlinable @inline(__always)
    static func mask(above path: UInt) -> UInt {
        (~0 &<< path) &<< (bitsPerLevel &- (path & narrowFlag) / narrowFlag)
    }

    /// The bits of which only three, not four, select a position in a node.
    ///
    /// They tell thousands of keys in sequence from each other, above the nodes at the bottom, where nodes are all
    /// full. An edit retains the children of the nodes that it copies: 8 + 8 + 8 are fewer than 16 + 16 + 1, and as
    /// many nodes. Hashes that are as good as random part in the highest bits, where fewer nodes count for more.
    @inlinable @inline(__always)
    static var narrowBits: Range<UInt> { 7..<16 }

    /// The bit of a path that is set where three bits select a position.
    ///
    /// The fourth is the same in all hashes below, so a lookup needn't know.
    @inlinable @inline(__always)
    static var narrowFlag: UInt { 64 }

    /// The bits in which a hash differs from what all hashes in the subtree have in common: 0 where it belongs into the
    /// subtree.
    @inlinable @inline(__always)
    func divergence(of hash: UInt) -> UInt {
        isCollision ? collisionDivergence(of: hash) : trieDivergence(of: hash)
    }

    /// The same where the node has children, and so is no collision node.
    @inlinable @inline(__always)
    func trieDivergence(of hash: UInt) -> UInt { (hash ^ path) & Self.mask(above: path) }

    @inlinable @inline(never)
    func collisionDivergence(of hash: UInt) -> UInt { hash ^ collisionHash }

    /// A hash with the bits that all hashes in the subtree have in common.
    @inlinable
    var anyHash: UInt { isCollision ? collisionHash : path }

    /// The lowest bit that selects a position in the node at which hashes part that differ in `bits`, which aren't 0.
    @inlinable
    static func forkShift(_ bits: UInt) -> UInt {
        let bit = UInt(truncatingIfNeeded: UInt.bitWidth - 1 - bits.leadingZeroBitCount)
        if bit < narrowBits.lowerBound { return lowestShift }
        return narrowBits.contains(bit) ? bit &- (bit &- narrowBits.lowerBound) % 3 : bit & ~3
    }

    /// Whether all hashes of another subtree, which begins further down, belong into this one.
    @inlinable
    func contains(_ other: NodeHeader) -> Bool {
        !isCollision && (other.isCollision || shift > other.shift) && divergence(of: other.anyHash) == 0
    }
}
