// SPDX-License-Identifier: Apache-2.0
/// Where the parts of a node lie, in bytes from its start.
///
///     ┌────────┬────────────┬───────────┬──────────────────────┬─────────────────────┐
///     │ object │ NodeHeader │ key owner │ children, in order   │ entries, in order   │
///     │ 16 B   │ 32 B       │ 8 B       │ of position, → room  │ of position, → room │
///     └────────┴────────────┴───────────┴──────────────────────┴─────────────────────┘
///
/// Children lie at a constant offset, so a step down the trie is one load with what the header's byte says. The entries
/// of a node without room for children do too.
@usableFromInline
enum NodeLayout {
    /// Past the two words (type and reference count) at the start of every object.
    @inlinable @inline(__always)
    static var headerOffset: Int {
        let mask = MemoryLayout<NodeHead>.alignment &- 1
        return (2 &* MemoryLayout<UnsafeRawPointer>.size &+ mask) & ~mask
    }

    @inlinable @inline(__always)
    static var childrenOffset: Int { headerOffset &+ MemoryLayout<NodeHead>.size }

    @inlinable @inline(__always)
    static func entriesOffset(children: Int, alignment: Int) -> Int {
        let mask = alignment &- 1
        return (childrenOffset &+ children &* MemoryLayout<UnsafeRawPointer>.size &+ mask) & ~mask
    }
}

/// What lies before the children and entries of a node.
@usableFromInline
struct NodeHead {
    @usableFromInline var header: NodeHeader
    /// See `NodeReference.keyOwnerSlot`; only that looks at it.
    @usableFromInline var keyOwner: UnsafeMutableRawPointer?

    @inlinable @inline(__always)
    init(_ header: NodeHeader) {
        self.header = header
    }
}
