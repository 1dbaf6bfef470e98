// SPDX-License-Identifier: Apache-2.0
/// In what the copy of a node differs from the original, for the edit that makes it.
@usableFromInline
enum Difference {
    case nothing
    /// The value of the entry at an index isn't there, but its key is.
    case value(at: Int)
    /// At an index, which is that of a position, there is a place for one more entry.
    case insertion(at: Int, UInt)
    /// The entry at an index, which is that of a position, isn't there.
    case removal(at: Int, UInt)
    /// Of the child at an index only the bits are there, without a reference.
    case child(at: Int)

    @inlinable @inline(__always)
    var growth: Int {
        switch self {
        case .insertion: 1
        case .removal: -1
        default: 0
        }
    }

    /// Where the entries that aren't at the same index in both begin, in the original and in the copy.
    @inlinable @inline(__always)
    func rest(_ count: Int) -> (end: Int, from: Int, to: Int) {
        switch self {
        case .nothing, .child: (count, count, count)
        case .value(let index): (index, index &+ 1, index &+ 1)
        case .insertion(let index, _): (index, index, index &+ 1)
        case .removal(let index, _): (index, index &+ 1, index)
        }
    }
}

extension NodeReference {
    /// A copy with room for so many more children, which shares those that the node has.
    ///
    /// - Parameter isSmall: Whether the node is known to be the root of a small map.
    @inlinable @inline(__always)
    func copy(_ difference: Difference, children: Int = 0, isSmall: Bool = false) -> Node<Key, Value> {
        let (count, childCount) = isSmall ? (positionedEntryCount, 0) : (entryCount, childCount)
        var shape = header.pointee
        switch difference {
        case .insertion(_, let position): shape.addEntry(at: position, orTo: count)
        case .removal(_, let position): shape.removeEntry(at: position, orFrom: count)
        default: break
        }
        let node = Node<Key, Value>.make(
            shape, entryRoom: count &+ difference.growth, childRoom: childCount &+ children)
        if count > 0 { copyEntries(count, difference, to: node.reference, isSmall) }
        if childCount > 0 { copyChildren(childCount, difference, to: node.reference) }
        return node
    }

    @inlinable @inline(__always)
    func copyEntries(_ count: Int, _ difference: Difference, to target: NodeReference, _ isSmall: Bool) {
        let (source, entries) = isSmall ? (leafEntries, target.leafEntries) : (entries, target.entries)
        let (end, from, to) = difference.rest(count)
        let isShared = sharesKeys(entries: count)
        if isShared || _isPOD(Entry.self) {
            let isWhole = if case .value = difference { true } else { false }
            copyBits(source, isWhole ? from : end, to: entries)
            copyBits(source + from, count &- from, to: entries + to)
            if !_isPOD(Value.self) {
                copyValues(source, end, to: entries)
                copyValues(source + from, count &- from, to: entries + to)
            }
            if isShared { shareKeys(with: target) }
            return
        }
        copyEntries(source, end, to: entries)
        if case .value = difference {
            Self.key(of: entries + end).initialize(to: Self.key(of: source + end).pointee)
        }
        copyEntries(source + from, count &- from, to: entries + to)
    }

    @inlinable @inline(__always)
    func copyBits(_ source: UnsafeMutablePointer<Entry>, _ count: Int, to target: UnsafeMutablePointer<Entry>) {
        if count > 0 { UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count &* Entry.stride) }
    }

    // (Plain loops: they become loads, retains and stores, where the pointer's own bulk copy becomes a call into the
    // runtime with an indirect call for each entry.)

    @inlinable @inline(__always)
    func copyEntries(_ source: UnsafeMutablePointer<Entry>, _ count: Int, to target: UnsafeMutablePointer<Entry>) {
        var index = 0
        while index < count {
            (target + index).initialize(to: source[index])
            index &+= 1
        }
    }

    @inlinable @inline(__always)
    func copyValues(_ source: UnsafeMutablePointer<Entry>, _ count: Int, to target: UnsafeMutablePointer<Entry>) {
        var index = 0
        while index < count {
            Self.value(of: target + index).initialize(to: Self.value(of: source + index).pointee)
            index &+= 1
        }
    }

    /// First as bits, then they are retained.
    @inlinable @inline(__always)
    func copyChildren(_ count: Int, _ difference: Difference, to target: NodeReference) {
        UnsafeMutableRawPointer(target.children).copyMemory(
            from: children, byteCount: count &* MemoryLayout<UnsafeRawPointer>.size)
        let lent = if case .child(let index) = difference { index } else { count }
        for index in 0..<lent { _ = child(at: index).unmanaged.retain() }
        var index = lent &+ 1
        while index < count {
            _ = child(at: index).unmanaged.retain()
            index &+= 1
        }
    }
}
