// SPDX-License-Identifier: Apache-2.0
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
