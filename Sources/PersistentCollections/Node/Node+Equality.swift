extension NodeReference {
    /// Compares two subtrees at the same depth, or two roots with the same number of entries below.
    ///
    /// Where both versions use one node, nothing below it is looked at: that, and the canonical form (equal content has
    /// equal shape), make this cheap for versions of one map. Small maps with displaced entries have no such form; they
    /// are compared by lookups.
    @inlinable
    func isEqual(to other: NodeReference, by areEqual: (Value, Value) throws -> Bool) rethrows -> Bool {
        if address == other.address { return true }
        let mine = header.pointee
        let theirs = other.header.pointee
        if mine.isSmallRoot && theirs.isSmallRoot && (mine.displaced | theirs.displaced) != 0 {
            return try isEqualSmall(to: other, by: areEqual)
        }
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

    @inlinable @inline(never)
    func isEqualCollision(to other: NodeReference, by areEqual: (Value, Value) throws -> Bool) rethrows -> Bool {
        let count = entryCount
        guard other.header.pointee.isCollision, other.entryCount == count,
            other.header.pointee.collisionHash == header.pointee.collisionHash
        else { return false }
        for index in 0..<count {
            guard let match = other.collidingEntry(of: entries[index].key),
                try areEqual(entries[index].value, match.pointee.value)
            else { return false }
        }
        return true
    }
}
