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

/// One key and its value, as they lie in a node's tail.
@usableFromInline
struct NodeEntry<Key, Value> {
    @usableFromInline var key: Key
    @usableFromInline var value: Value

    @inlinable @inline(__always)
    init(_ key: consuming Key, _ value: consuming Value) {
        self.key = key
        self.value = value
    }
}

extension NodeEntry {
    // The same numbers as `MemoryLayout<NodeEntry>` gives, but worked out from the layouts of `Key` and `Value`: code
    // that is not specialised then needs no metadata of `NodeEntry`, whose look-up costs more than what is done with
    // it. `Node.make` checks in debug builds that they agree.

    @inlinable @inline(__always)
    static var valueOffset: Int {
        let mask = MemoryLayout<Value>.alignment &- 1
        return (MemoryLayout<Key>.size &+ mask) & ~mask
    }

    @inlinable @inline(__always)
    static var alignment: Int { max(MemoryLayout<Key>.alignment, MemoryLayout<Value>.alignment) }

    @inlinable @inline(__always)
    static var stride: Int {
        let mask = alignment &- 1
        return max(1, (valueOffset &+ MemoryLayout<Value>.size &+ mask) & ~mask)
    }
}
