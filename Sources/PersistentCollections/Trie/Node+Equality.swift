// SPDX-License-Identifier: Apache-2.0
extension NodeReference {
    /// Compares two subtrees at the same depth, or two roots with the same number of entries below.
    ///
    /// Where both versions use one node, nothing below it is looked at: that, and the canonical form (equal content has
    /// equal shape), make this cheap for versions of one map. Small maps have no such form, and what is a small map may be a
    /// trie that has shrunk: these are compared by lookups.
    @inlinable
    func isEqual(to other: NodeReference, by areEqual: (Value, Value) throws -> Bool) rethrows -> Bool {
        if address == other.address { return true }
        let mine = header.pointee
        let theirs = other.header.pointee
        if mine.isSmallRoot || theirs.isSmallRoot { return try isEqualSmall(to: other, by: areEqual) }
        guard mine.entryMap == theirs.entryMap, mine.childMap == theirs.childMap, mine.path == theirs.path else {
            return false
        }
        if mine.isCollision || theirs.isCollision {
            return try isEqualCollision(to: other, by: areEqual)
        }
        for index in 0..<entryCount {
            let left = entries + index
            let right = other.entries + index
            guard Self.key(of: left).pointee == Self.key(of: right).pointee,
                try areEqual(Self.value(of: left).pointee, Self.value(of: right).pointee)
            else { return false }
        }
        for index in 0..<childCount {
            guard try child(at: index).isEqual(to: other.child(at: index), by: areEqual) else { return false }
        }
        return true
    }

    /// Compares two roots with the same number of entries, of which one at least is that of a small map.
    @inlinable @inline(never)
    func isEqualSmall(to other: NodeReference, by areEqual: (Value, Value) throws -> Bool) rethrows -> Bool {
        if !header.pointee.isSmallRoot { return try other.isEqualSmall(to: self) { try areEqual($1, $0) } }
        for index in 0..<entryCount {
            let entry = leafEntries + index
            guard let match = other.entry(of: Self.key(of: entry).pointee),
                try areEqual(Self.value(of: entry).pointee, Self.value(of: match).pointee)
            else { return false }
        }
        return true
    }

    @inlinable @inline(never)
    func isEqualCollision(to other: NodeReference, by areEqual: (Value, Value) throws -> Bool) rethrows -> Bool {
        let count = entryCount
        guard other.header.pointee.isCollision, other.entryCount == count,
            other.header.pointee.collisionHash == header.pointee.collisionHash
        else { return false }
        for index in 0..<count {
            guard let match = other.collidingEntry(of: entries[index].key, header.pointee.collisionHash),
                try areEqual(entries[index].value, match.pointee.value)
            else { return false }
        }
        return true
    }
}
