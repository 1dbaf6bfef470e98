// SPDX-License-Identifier: Apache-2.0
// The keys of maps as sets. What is left of a map shares with it all that stays whole, and nothing is done about what
// the two maps share.

extension HAMT {
    /// The entries whose keys are among others too.
    ///
    /// - Complexity: O(n) at most. What the two maps share is not looked at, so for versions of one map that differ in k
    ///   places O(k log n), apart from counting what is left.
    @inlinable public func intersection<Other>(_ keys: HAMT<Key, Other>.Keys) -> HAMT {
        restricted(by: keys.map, keepingCommon: true)
    }

    /// The entries whose keys are not among others.
    ///
    /// - Complexity: O(n) at most. What the two maps share is not looked at, so for versions of one map that differ in k
    ///   places O(k log n), apart from counting what is left.
    @inlinable public func subtracting<Other>(_ keys: HAMT<Key, Other>.Keys) -> HAMT {
        restricted(by: keys.map, keepingCommon: false)
    }

    @inlinable func restricted<Other>(by other: HAMT<Key, Other>, keepingCommon isKept: Bool) -> HAMT {
        guard let root = rootReference, let otherRoot = other.rootReference else { return isKept ? HAMT() : self }
        defer { withExtendedLifetime((self, other)) {} }
        if root.isSmall || otherRoot.isSmall {
            return filter { other.contains($0.key) == isKept }
        }
        return HAMT(rest: root.restrict(by: otherRoot, keepingCommon: isKept))
    }

    /// What is left of a trie, as a map.
    @inlinable init(rest: NodeReference<Key, Value>.Rest) {
        switch rest {
        case .nothing: self.init()
        case .entry(let entry):
            self.init()
            updateValue(entry.pointee.value, forKey: entry.pointee.key)
        case .node(let node):
            self.init(root: node, count: node.reference.totalCount)
            becomeSmallIfPossible()
        }
    }
}

extension HAMT.Keys {
    /// The keys that others have too.
    ///
    /// - Complexity: As that of ``HAMT/intersection(_:)``.
    @inlinable public func intersection<Other>(_ other: HAMT<Key, Other>.Keys) -> HAMT.Keys {
        HAMT.Keys(map: map.intersection(other))
    }

    /// The keys that others don't have.
    ///
    /// - Complexity: As that of ``HAMT/subtracting(_:)``.
    @inlinable public func subtracting<Other>(_ other: HAMT<Key, Other>.Keys) -> HAMT.Keys {
        HAMT.Keys(map: map.subtracting(other))
    }

    /// These keys and others; of keys that are equal, these.
    ///
    /// - Complexity: As that of ``HAMT/merge(_:)``.
    @inlinable public func union(_ other: HAMT.Keys) -> HAMT.Keys {
        var map = map
        map.merge(other.map, .first) { mine, _ in mine }
        return HAMT.Keys(map: map)
    }
}
