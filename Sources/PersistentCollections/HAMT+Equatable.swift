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
    /// Whether another node has entries and children at the same positions, where a key can be at the same one only.
    @inlinable @inline(__always) func hasSameItems(as other: NodeHeader) -> Bool {
        path == other.path && entryMap == other.entryMap && childMap == other.childMap && !isCollision
            && (displaced == 0 || !isSmallRoot)
    }

    /// Whether another node with the same items has them at the same indices too.
    @inlinable @inline(__always) func hasSameOrder(as other: NodeHeader) -> Bool {
        unsafeBitCast(lowBytes, to: UInt64.self) == unsafeBitCast(other.lowBytes, to: UInt64.self)
            && unsafeBitCast(highBytes, to: UInt64.self) == unsafeBitCast(other.highBytes, to: UInt64.self)
    }
}

extension NodeReference {
    /// Tells whether this root, or the subtree at one place, has the same entries as another one, of a map of the same
    /// count. (Tries have a canonical form: equal entries have an equal shape.)
    @inlinable func isEqual<Failure: Error>(
        to other: NodeReference, by areEquivalent: (Value, Value) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        if address == other.address { return true }
        guard header.pointee.hasSameItems(as: other.header.pointee) else {
            return try isEqualAnywhere(to: other, by: areEquivalent)
        }
        let areEqual = try pairs(with: other) { (mine, theirs) throws(Failure) in
            guard Self.key(of: mine).pointee == Self.key(of: theirs).pointee else { return false }
            return try areEquivalent(mine.pointee.value, theirs.pointee.value)
        }
        guard areEqual else { return false }
        for index in 0..<childCount {
            guard try child(at: index).isEqual(to: other.child(at: index), by: areEquivalent) else { return false }
        }
        return true
    }

    /// Whether `isTrue` for all entries that this node and one with the same items have at the same positions.
    @inlinable @inline(__always) func pairs<Failure: Error>(
        with other: NodeReference, allSatisfy isTrue: (EntryPointer, EntryPointer) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        let (mine, theirs) = (entries, other.entries)
        if header.pointee.hasSameOrder(as: other.header.pointee) {
            for index in 0..<positionedEntryCount {
                guard try isTrue(mine + index, theirs + index) else { return false }
            }
        } else {
            for position in NodeHeader.Positions(header.pointee.entryMap) {
                guard try isTrue(mine + index(at: position), theirs + other.index(at: position)) else { return false }
            }
        }
        return true
    }

    /// The same where one is a small map's root, or both are collision nodes: by lookups, but for what is at one position.
    @inlinable @inline(never) func isEqualAnywhere<Failure: Error>(
        to other: NodeReference, by areEquivalent: (Value, Value) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        let isTurned = other.isSmall && !isSmall
        let (small, whole) = isTurned ? (other, self) : (self, other)
        guard small.isSmall || small.header.pointee.isCollision else { return false }
        let areSmall = small.isSmall && whole.isSmall
        var positions = NodeHeader.Positions(small.header.pointee.entryMap)
        for index in 0..<small.entryCount {
            let position = positions.next()
            let entry = small.entries + (position.map(small.index) ?? index)
            var match: EntryPointer?
            if areSmall, let position, case .entry(let other) = whole.content(at: position),
                Self.key(of: other).pointee == Self.key(of: entry).pointee
            {
                match = other
            } else {
                match = whole.entry(of: Self.key(of: entry).pointee)
            }
            guard let match, case let (mine, theirs) = isTurned ? (match, entry) : (entry, match),
                try areEquivalent(mine.pointee.value, theirs.pointee.value)
            else { return false }
        }
        return true
    }
}
