// SPDX-License-Identifier: Apache-2.0
// Two tries made one: both are walked together. What only one has at a place is shared, and so is what both share.

extension NodeReference {
    /// What a trie has at one place, and which hashes belong there.
    @usableFromInline struct Branch {
        @usableFromInline let content: Content
        /// A hash with the bits that all hashes in it have in common.
        @usableFromInline let hash: UInt
        /// The path of its node; 0 where all its hashes are equal, as those of a collision node are.
        @usableFromInline let path: UInt

        /// What is at a position of a node with a path; both are 0 for roots, of which neither is asked.
        @inlinable init(_ content: Content, at position: UInt, of path: UInt) {
            self.content = content
            switch content {
            case .nothing: (hash, self.path) = (0, 0)
            case .entry(let entry):
                hash = NodeHeader.hash(of: NodeReference.key(of: entry).pointee, at: position, of: path)
                self.path = 0
            case .child(let node):
                let header = node.header.pointee
                (hash, self.path) = (header.anyHash, header.isCollision ? 0 : header.path)
            }
        }

        /// The path of the node where this meets another branch: that of one of them if the other belongs in it, else
        /// that of a fork above both.
        @inlinable func path(with other: Branch) -> UInt {
            let (upper, lower) = path & 63 > other.path & 63 ? (self, other) : (other, self)
            let isInside = (upper.hash ^ lower.hash) & NodeHeader.mask(above: upper.path) == 0
            if upper.path != 0 && isInside { return upper.path }
            return NodeHeader.path(to: hash, shift: NodeHeader.forkShift(hash ^ other.hash))
        }

        /// What it has at each position of a node with a path, which is its own or that of a node above.
        @inlinable func content(at position: UInt, of path: UInt) -> Content {
            if path == self.path, case .child(let node) = content { return node.content(at: position) }
            return NodeHeader.position(of: hash, shift: path) == position ? content : .nothing
        }

        /// The positions of such a node at which it has something.
        @inlinable func items(of path: UInt) -> UInt16 {
            if path == self.path, case .child(let node) = content { return node.header.pointee.items }
            return NodeHeader.bit(NodeHeader.position(of: hash, shift: path))
        }

        /// The entries of a branch in which all hashes are equal.
        @inlinable var colliding: [EntryPointer] {
            switch content {
            case .nothing: []
            case .entry(let entry): [entry]
            case .child(let node): (0..<node.entryCount).map { node.entries + $0 }
            }
        }
    }

    /// Which value a key gets that both tries have.
    @usableFromInline enum Uniquing { case first, second, combined }

    /// What becomes of what two tries have at one place.
    @usableFromInline struct Merged {
        @usableFromInline enum Item {
            /// What one of them has there.
            case old(Content)
            /// The key of an entry, with another value.
            case changed(EntryPointer, Value)
            case new(Node<Key, Value>)
        }

        @usableFromInline let item: Item
        /// Whether this is what the first trie has there.
        @usableFromInline let isFirst: Bool
        /// Whether this is what the second trie has there.
        @usableFromInline let isSecond: Bool

        @inlinable init(_ item: Item, isFirst: Bool = false, isSecond: Bool = false) {
            self.item = item
            self.isFirst = isFirst
            self.isSecond = isSecond
        }

        /// The node that this is, unless it is an entry.
        @inlinable var node: Node<Key, Value>? {
            switch item {
            case .old(.child(let node)): node.unmanaged.takeUnretainedValue()
            case .new(let node): node
            case .old, .changed: nil
            }
        }
    }

    /// Merges what two tries have at one place: a position of a node with a path, or their roots, where both are 0.
    ///
    /// - Parameters:
    ///   - uniquing: What becomes of a key that both have.
    ///   - added: Is raised by the number of keys that only the second trie has.
    ///   - combine: Makes the values of keys that both have, unless these stay as they are in one of the tries.
    @inlinable static func merge(
        _ first: Content, _ second: Content, at position: UInt, of path: UInt, _ uniquing: Uniquing,
        _ added: inout Int, _ combine: (Value, Value) throws -> Value
    ) rethrows -> Merged {
        switch (first, second) {
        case (_, .nothing): return Merged(.old(first), isFirst: true)
        case (.nothing, .entry), (.nothing, .child):
            if case .child(let node) = second { added += node.totalCount } else { added += 1 }
            return Merged(.old(second), isSecond: true)
        case (.child(let mine), .child(let theirs)) where mine.address == theirs.address && uniquing != .combined:
            return Merged(.old(first), isFirst: true, isSecond: true)
        case (.entry(let mine), .entry(let theirs)) where key(of: mine).pointee == key(of: theirs).pointee:
            return try merge(mine, theirs, uniquing, combine)
        default: break
        }
        let (first, second) = (Branch(first, at: position, of: path), Branch(second, at: position, of: path))
        var (merged, shape): ([Merged], NodeHeader) = ([], Node<Key, Value>.emptyHeader)
        if first.path == 0 && second.path == 0 && first.hash == second.hash {
            // An entry is matched once: the answer of `==` may be another one the next time.
            var theirs = second.colliding
            for mine in first.colliding {
                if let match = theirs.firstIndex(where: { key(of: mine).pointee == key(of: $0).pointee }) {
                    merged.append(try merge(mine, theirs.remove(at: match), uniquing, combine))
                } else {
                    merged.append(Merged(.old(.entry(mine)), isFirst: true))
                }
            }
            added += theirs.count
            merged += theirs.map { Merged(.old(.entry($0)), isSecond: true) }
            if merged.count == 1 { return merged[0] }
            shape.setCollision(hash: first.hash, count: merged.count)
            return join(merged, first, second, at: 0, shape)
        }
        shape.path = first.path(with: second)
        let items = first.items(of: shape.path) | second.items(of: shape.path)
        merged.reserveCapacity(items.nonzeroBitCount)
        for position in NodeHeader.Positions(items) {
            let mine = first.content(at: position, of: shape.path)
            let theirs = second.content(at: position, of: shape.path)
            merged.append(try merge(mine, theirs, at: position, of: shape.path, uniquing, &added, combine))
        }
        return join(merged, first, second, at: items, shape)
    }

    /// Merges the entries of a key that two maps have; its first entry's key is kept.
    @inlinable static func merge(
        _ first: EntryPointer, _ second: EntryPointer, _ uniquing: Uniquing,
        _ combine: (Value, Value) throws -> Value
    ) rethrows -> Merged {
        switch uniquing {
        case .first: return Merged(.old(.entry(first)), isFirst: true)
        case .second where haveIdenticalKeys(first, second): return Merged(.old(.entry(second)), isSecond: true)
        case .second: return Merged(.changed(first, second.pointee.value))
        case .combined:
            let value = try combine(first.pointee.value, second.pointee.value)
            return Merged(.changed(first, value))
        }
    }

    /// A node with what has been merged, at positions that are none in a collision node; or one of the two branches where
    /// that is all.
    @inlinable static func join(
        _ merged: [Merged], _ first: Branch, _ second: Branch, at positions: UInt16, _ shape: NodeHeader
    ) -> Merged {
        let (isFirst, isSecond) = (merged.allSatisfy(\.isFirst), merged.allSatisfy(\.isSecond))
        if isFirst || isSecond {
            return Merged(.old((isFirst ? first : second).content), isFirst: isFirst, isSecond: isSecond)
        }
        var shape = shape
        var (entries, children): ([Node<Key, Value>.Part], [Node<Key, Value>]) = ([], [])
        var places = NodeHeader.Positions(positions)
        for part in merged {
            let position = places.next()
            switch part.item {
            case .old(.entry(let entry)): entries.append((entry, nil))
            case .changed(let entry, let value): entries.append((entry, value))
            case .old, .new: if let node = part.node { children.append(node) }
            }
            guard let position else { continue }
            if part.node == nil { shape.addPositionedEntry(at: position) } else { shape.addChild(at: position) }
        }
        return Merged(.new(Node.make(shape, entries, children)))
    }

    /// Whether the keys of two entries are the same to the last bit, so that nobody can tell which of them a map has.
    @inlinable static func haveIdenticalKeys(_ first: EntryPointer, _ second: EntryPointer) -> Bool {
        UnsafeRawBufferPointer(start: first, count: MemoryLayout<Key>.size)
            .elementsEqual(UnsafeRawBufferPointer(start: second, count: MemoryLayout<Key>.size))
    }
}
