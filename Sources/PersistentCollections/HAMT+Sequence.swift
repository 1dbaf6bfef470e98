extension HAMT: Sequence {
    /// An entry of the map.
    public typealias Element = (key: Key, value: Value)

    /// Walks over the entries of a map, which it keeps alive.
    ///
    /// Makes no copy of them; allocates only for a map that is more than one node.
    public struct Iterator: IteratorProtocol {
        @usableFromInline typealias Children = (next: UnsafeMutablePointer<Node<Key, Value>>, count: Int)

        /// Keeps everything alive that the other properties point to.
        @usableFromInline let root: Node<Key, Value>?
        /// The next entry of the current node.
        @usableFromInline var entry: UnsafeMutablePointer<NodeEntry<Key, Value>>?
        @usableFromInline var remaining: Int
        /// Children still to visit of the nodes on the way to the current one, innermost last.
        ///
        /// None of them has no children.
        @usableFromInline var pending: [Children]

        @inlinable
        init(_ root: Node<Key, Value>?) {
            self.root = root
            entry = nil
            remaining = 0
            pending = []
            if let root { enter(root.reference) }
        }

        @inlinable @inline(__always)
        mutating func enter(_ node: NodeReference<Key, Value>) {
            entry = node.entries
            remaining = node.entryCount
            let childCount = node.childCount
            if childCount > 0 { pending.append((node.childSlot(at: 0), childCount)) }
        }

        /// The next entry, or nil after the last one.
        @inlinable
        public mutating func next() -> Element? {
            defer { withExtendedLifetime(root) {} }
            while remaining == 0 {
                guard !pending.isEmpty else { return nil }
                enterNextChild()
            }
            guard let current = entry else { return nil }
            entry = current + 1
            remaining &-= 1
            return (current.pointee.key, current.pointee.value)
        }

        @inlinable @inline(__always)
        mutating func enterNextChild() {
            let last = pending.count &- 1
            let slot = pending[last].next
            let child = NodeReference<Key, Value>(UnsafeRawPointer(slot).load(as: UnsafeMutableRawPointer.self))
            if pending[last].count == 1 {
                pending.removeLast()
            } else {
                pending[last] = (slot - 1, pending[last].count &- 1)
            }
            enter(child)
        }
    }

    /// An iterator over the entries of the map as it is now.
    ///
    /// - Complexity: O(1).
    @inlinable
    public func makeIterator() -> Iterator { Iterator(root) }

    /// The number of entries.
    @inlinable
    public var underestimatedCount: Int { count }
}

extension HAMT.Iterator: @unchecked Sendable where Key: Sendable, Value: Sendable {}
