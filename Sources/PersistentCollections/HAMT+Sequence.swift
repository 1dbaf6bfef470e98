// SPDX-License-Identifier: Apache-2.0
extension HAMT: Sequence {
    /// An entry of the map.
    public typealias Element = (key: Key, value: Value)

    /// Walks over the entries of a map, which it keeps alive.
    ///
    /// Makes no copy of them; allocates only for a trie of more than two levels.
    public struct Iterator: IteratorProtocol {
        @usableFromInline typealias Children = (next: UnsafeMutablePointer<Node<Key, Value>>, count: Int)

        /// Keeps everything alive that the other properties point to.
        @usableFromInline let root: Node<Key, Value>?
        /// The next entry of the current node.
        @usableFromInline var entry: EntryPointer?
        @usableFromInline var remaining: Int
        /// Children still to visit of the innermost node that has some.
        @usableFromInline var children: Children?
        /// The same of nodes above it, innermost last: there are none in a map of two levels.
        @usableFromInline var pending: [Children]

        @inlinable init(_ root: Node<Key, Value>?) {
            self.root = root
            (remaining, pending) = (0, [])
            if let root { enter(root.reference) }
        }

        @inlinable @inline(__always) mutating func enter(_ node: NodeReference<Key, Value>) {
            (entry, remaining) = (node.entries, node.entryCount)
            let childCount = node.childCount
            if childCount == 0 { return }
            if let children { pending.append(children) }
            children = (node.children, childCount)
        }

        /// The next entry, or nil after the last one.
        @inlinable public mutating func next() -> Element? {
            defer { withExtendedLifetime(root) {} }
            guard let entry = nextEntry() else { return nil }
            return (entry.pointee.key, entry.pointee.value)
        }

        /// Where the next entry lies, for as long as the iterator lives.
        @inlinable @inline(__always) mutating func nextEntry() -> EntryPointer? {
            while remaining == 0 {
                guard let next = nextChild() else { return nil }
                enter(next)
            }
            guard let current = entry else { return nil }
            entry = current + 1
            remaining &-= 1
            return current
        }

        @inlinable @inline(__always) mutating func nextChild() -> NodeReference<Key, Value>? {
            guard let (next, count) = children else { return nil }
            children = count > 1 ? (next + 1, count &- 1) : pending.popLast()
            return .at(next)
        }
    }

    /// An iterator over the entries of the map as it is now.
    ///
    /// - Complexity: O(1).
    @inlinable public func makeIterator() -> Iterator { Iterator(root) }

    /// The number of entries.
    @inlinable public var underestimatedCount: Int { count }

    /// Calls `body` with each entry where it lies.
    ///
    /// A loop over the map gets its own key and value each time, and retains those that are references. This doesn't.
    ///
    /// - Complexity: O(n).
    @inlinable public func forEachEntry<Failure: Error>(
        _ body: (borrowing Key, borrowing Value) throws(Failure) -> Void
    ) throws(Failure) {
        defer { withExtendedLifetime(self) {} }
        try rootReference?.forEachEntry { (entry) throws(Failure) in try body(entry.pointee.key, entry.pointee.value) }
    }
}

extension HAMT.Iterator: @unchecked Sendable where Key: Sendable, Value: Sendable {}  // As the map that it keeps.
