// SPDX-License-Identifier: Apache-2.0
extension HAMT {
    /// A map with the same keys, each with the value that `transform` makes of its value.
    ///
    /// - Throws: What `transform` throws.
    /// - Complexity: O(n). Hashes no key.
    @inlinable public func mapValues<Other>(_ transform: (Value) throws -> Other) rethrows -> HAMT<Key, Other> {
        guard count > 0, let root = rootReference else { return HAMT<Key, Other>() }
        defer { withExtendedLifetime(self) {} }
        return HAMT<Key, Other>(root: try root.mapValues(transform), count: count)
    }

    /// A map with the keys for whose values `transform` returns one, with those values.
    ///
    /// - Throws: What `transform` throws.
    /// - Complexity: O(n).
    @inlinable public func compactMapValues<Other>(_ transform: (Value) throws -> Other?) rethrows -> HAMT<Key, Other> {
        var result = HAMT<Key, Other>()
        for (key, value) in self {
            if let other = try transform(value) { result.updateValue(other, forKey: key) }
        }
        return result
    }

    /// The entries that satisfy a predicate, as a map.
    ///
    /// It shares with this map all parts that stay whole.
    ///
    /// - Throws: What `isIncluded` throws.
    /// - Complexity: O(n).
    @inlinable public func filter(_ isIncluded: (Element) throws -> Bool) rethrows -> HAMT {
        guard let root = rootReference else { return self }
        defer { withExtendedLifetime(self) {} }
        if root.isSmall {
            var result = self
            for element in self where try !isIncluded(element) { result.removeValue(forKey: element.key) }
            return result.isEmpty ? HAMT() : result
        }
        return HAMT(rest: try root.filter { try isIncluded(($0.pointee.key, $0.pointee.value)) })
    }
}

extension NodeReference {
    /// A subtree of the same shape with other values.
    @inlinable func mapValues<Other>(_ transform: (Value) throws -> Other) rethrows -> Node<Key, Other> {
        let (entryCount, childCount) = (entryCount, childCount)
        var shape = header.pointee
        shape.destruction = Node<Key, Other>.emptyHeader.destruction
        let node = Node<Key, Other>.make(shape, entryRoom: entryCount, childRoom: childCount)
        let target = node.reference
        var done = 0
        do {
            while done < entryCount {
                let value = try transform(entries[done].value)
                (target.entries + done).initialize(to: NodeEntry(entries[done].key, value))
                done += 1
            }
            while done < entryCount + childCount {
                let child = try child(at: done - entryCount).mapValues(transform)
                (target.children + (done - entryCount)).initialize(to: child)
                done += 1
            }
        } catch {
            target.entries.deinitialize(count: min(done, entryCount))
            target.children.deinitialize(count: max(0, done - entryCount))
            target.header.pointee.removeAll()
            withExtendedLifetime(node) {}
            throw error
        }
        return node
    }
}
