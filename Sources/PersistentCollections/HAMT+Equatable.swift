// SPDX-License-Identifier: Apache-2.0
extension HAMT {
    /// Tells whether this map and another have the same keys, with values that `areEquivalent` finds equal.
    ///
    /// - Complexity: O(n) at most. Parts that the two maps share are not looked at, so versions of one map that differ
    ///   in k places compare in O(k log n), and a map with its copy in O(1).
    @inlinable public func isEqual<Failure: Error>(
        to other: HAMT, by areEquivalent: (Value, Value) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        guard count == other.count else { return false }
        guard !isEmpty, let root = rootReference, let otherRoot = other.rootReference else { return true }
        defer { withExtendedLifetime((self, other)) {} }
        return try root.isEqual(to: otherRoot, by: areEquivalent)
    }

    /// Tells whether two maps share their whole storage, which makes them equal.
    ///
    /// - Complexity: O(1). `false` doesn't mean that they differ.
    @inlinable public func isIdentical(to other: HAMT) -> Bool { root === other.root && count == other.count }
}

extension HAMT: Equatable where Value: Equatable {
    /// Tells whether two maps have the same keys with equal values.
    ///
    /// - Complexity: As that of ``isEqual(to:by:)``.
    @inlinable public static func == (left: HAMT, right: HAMT) -> Bool { left.isEqual(to: right, by: ==) }
}

extension HAMT: Hashable where Value: Hashable {
    /// Hashes the entries so that equal maps have equal hashes, in whichever order they were built.
    ///
    /// - Complexity: O(n).
    @inlinable public func hash(into hasher: inout Hasher) {
        var sum = 0
        for (key, value) in self {
            var entryHasher = hasher
            entryHasher.combine(key)
            entryHasher.combine(value)
            sum &+= entryHasher.finalize()
        }
        hasher.combine(count)
        hasher.combine(sum)
    }
}

extension NodeHeader {
    /// Whether every key has the same position in both nodes, as an entry or below a child.
    @inlinable @inline(__always) func givesSamePositions(as other: NodeHeader) -> Bool {
        path == other.path && !isCollision && (displaced == 0 || !isSmallRoot)
    }
}

extension NodeReference {
    /// Tells whether this root, or the subtree at one place, has the same entries as another one, of a map of the same
    /// count. (Tries have a canonical form: equal entries have an equal shape.)
    @inlinable func isEqual<Failure: Error>(
        to other: NodeReference, by areEquivalent: (Value, Value) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        if address == other.address { return true }
        let (header, otherHeader) = (header.pointee, other.header.pointee)
        if !header.givesSamePositions(as: otherHeader) { return try isEqualAnywhere(to: other, by: areEquivalent) }
        guard header.entryMap == otherHeader.entryMap, header.childMap == otherHeader.childMap else { return false }
        let (entries, otherEntries) = (entries, other.entries)
        for position in NodeHeader.Positions(header.entryMap) {
            let (mine, theirs) = (entries + index(at: position), otherEntries + other.index(at: position))
            guard Self.key(of: mine).pointee == Self.key(of: theirs).pointee,
                try areEquivalent(mine.pointee.value, theirs.pointee.value)
            else { return false }
        }
        for index in 0..<childCount {
            guard try child(at: index).isEqual(to: other.child(at: index), by: areEquivalent) else { return false }
        }
        return true
    }

    /// The same, by lookups, where a key may have different positions in the two; false for tries of different shape.
    @inlinable @inline(never) func isEqualAnywhere<Failure: Error>(
        to other: NodeReference, by areEquivalent: (Value, Value) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        let isTurned = other.isSmall && !isSmall
        let (small, whole) = isTurned ? (other, self) : (self, other)
        guard small.isSmall || small.header.pointee.isCollision else { return false }
        var positions = NodeHeader.Positions(small.header.pointee.entryMap)
        for index in 0..<small.entryCount {
            let position = positions.next()
            let entry = small.entries + (position.map(small.index) ?? index)
            guard let match = whole.entry(of: Self.key(of: entry).pointee, firstAt: position),
                case let (mine, theirs) = isTurned ? (match, entry) : (entry, match),
                try areEquivalent(mine.pointee.value, theirs.pointee.value)
            else { return false }
        }
        return true
    }

    /// The entry of a key, for which a small map looks at a position first: so most keys needn't be hashed.
    @inlinable @inline(__always) func entry(of key: Key, firstAt position: UInt?) -> EntryPointer? {
        if isSmall, let position, case .entry(let entry) = content(at: position), Self.key(of: entry).pointee == key {
            return entry
        }
        return entry(of: key)
    }
}
