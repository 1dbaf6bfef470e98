// SPDX-License-Identifier: Apache-2.0
// A copy of a node that differs from it as two splices say. It shares all children that the two have in common, has no
// free room, and leaves the original as it is.

extension NodeReference {
    /// A copy with another shape, whose added entries and children the caller initialises.
    ///
    /// Of a replaced entry the key is copied; a replaced child is there as bits, without a reference to it.
    @inlinable @_transparent
    func copy(_ shape: NodeHeader, entries splice: Splice, children childSplice: Splice) -> Node<Key, Value> {
        let (count, childCount) = (entryCount, childCount)
        let node = Node<Key, Value>.make(
            shape, entryRoom: count &+ splice.growth, childRoom: childCount &+ childSplice.growth)
        copyEntries(count, splice, to: node.reference)
        copyChildren(childCount, childSplice, to: node.reference)
        return node
    }

    /// The same for a node without children.
    @inlinable @_transparent
    func copyLeaf(_ shape: NodeHeader, entries splice: Splice) -> Node<Key, Value> {
        let count = entryCount
        let node = Node<Key, Value>.make(shape, entryRoom: count &+ splice.growth, childRoom: 0)
        copyEntries(count, splice, to: node.reference)
        return node
    }

    @inlinable @_transparent
    func copyEntries(_ count: Int, _ splice: Splice, to target: NodeReference) {
        if count == 0 { return }
        let (source, entries) = (entries, target.entries)
        let rest = splice.rest
        if sharesKeys(entries: count) {
            let isReplacement = splice.removed == 1 && splice.added == 1
            copyBits(source, isReplacement ? rest.from : splice.index, to: entries)
            copyBits(source + rest.from, count &- rest.from, to: entries + rest.to)
            copyValues(source, splice.index, to: entries)
            copyValues(source + rest.from, count &- rest.from, to: entries + rest.to)
            shareKeys(with: target)
        } else {
            copyEntries(source, splice.index, to: entries)
            if splice.removed == 1 && splice.added == 1 {
                Self.key(of: entries + splice.index).initialize(to: Self.key(of: source + splice.index).pointee)
            }
            copyEntries(source + rest.from, count &- rest.from, to: entries + rest.to)
        }
    }

    /// Copies entries to memory that isn't initialised.
    ///
    /// (A plain loop: it becomes loads, retains and stores, where the pointer's own bulk copy becomes a call into the
    /// runtime with an indirect call for each entry.)
    @inlinable @inline(__always)
    func copyEntries(_ source: UnsafeMutablePointer<Entry>, _ count: Int, to target: UnsafeMutablePointer<Entry>) {
        var index = 0
        while index < count {
            (target + index).initialize(to: source[index])
            index &+= 1
        }
    }

    @inlinable @inline(__always)
    func copyBits(_ source: UnsafeMutablePointer<Entry>, _ count: Int, to target: UnsafeMutablePointer<Entry>) {
        if count <= 0 { return }
        UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count &* Entry.stride)
    }

    /// Copies the values of entries, of which bits have been copied, unless that was all there is to do.
    @inlinable @inline(__always)
    func copyValues(_ source: UnsafeMutablePointer<Entry>, _ count: Int, to target: UnsafeMutablePointer<Entry>) {
        if _isPOD(Value.self) { return }
        var index = 0
        while index < count {
            Self.value(of: target + index).initialize(to: Self.value(of: source + index).pointee)
            index &+= 1
        }
    }

    /// First as bits, then they are retained.
    @inlinable @_transparent
    func copyChildren(_ count: Int, _ splice: Splice, to target: NodeReference) {
        if count == 0 { return }
        let rest = splice.rest
        let size = MemoryLayout<UnsafeRawPointer>.size
        UnsafeMutableRawPointer(target.children).copyMemory(
            from: children, byteCount: (splice.index &+ min(splice.removed, splice.added)) &* size)
        UnsafeMutableRawPointer(target.children + rest.to).copyMemory(
            from: children + rest.from, byteCount: (count &- rest.from) &* size)
        retainChildren(0, splice.index)
        retainChildren(rest.from, count)
    }

    @inlinable @inline(__always)
    func retainChildren(_ start: Int, _ end: Int) {
        var index = start
        while index < end {
            _ = child(at: index).unmanaged.retain()
            index &+= 1
        }
    }
}
