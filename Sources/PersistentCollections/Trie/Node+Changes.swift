// SPDX-License-Identifier: Apache-2.0
extension NodeReference {
    /// What a node, which is no collision node, has at a position.
    @usableFromInline enum Content {
        case nothing
        case entry(EntryPointer)
        case child(NodeReference)
    }

    @inlinable func content(at position: UInt) -> Content {
        let byte = byte(at: position)
        if byte < 0 { return .child(child(at: byte & 15)) }
        return byte < Int(NodeHeader.vacancy) ? .entry(entries + byte) : .nothing
    }

    /// Gets the old and the new entry of a key.
    @usableFromInline
    typealias Change<Failure: Error> = (_ old: EntryPointer?, _ new: EntryPointer?) throws(Failure) -> Void

    /// Calls `body` with the old and the new entry of each key that both subtrees have in parts that they don't share,
    /// and with one of them for each key that only one has.
    ///
    /// Both are roots, or lie at the same position of nodes with the same path. Nothing is done below a node that both
    /// have: that, and the canonical form (equal content has equal shape), make this cheap for versions of one map. Where a
    /// key may have different positions in the two (displaced in a small map, a trie that has shrunk, collision nodes), they
    /// are compared by lookups.
    @inlinable func forEachChange<Failure: Error>(from old: NodeReference, _ body: Change<Failure>) throws(Failure) {
        if address == old.address { return }
        let (header, oldHeader) = (header.pointee, old.header.pointee)
        let areTries = !isSmall && !old.isSmall
        if header.givesSamePositions(as: oldHeader) {
            let (entries, oldEntries) = (entries, old.entries)
            let (both, childrenOfBoth) = (header.entryMap & oldHeader.entryMap, header.childMap & oldHeader.childMap)
            for position in NodeHeader.Positions(both) {
                try Self.forEachChange(
                    from: oldEntries + old.index(at: position), to: entries + index(at: position), body)
            }
            for position in NodeHeader.Positions(childrenOfBoth) {
                let (child, oldChild) = (child(at: index(at: position)), old.child(at: old.index(at: position)))
                try child.forEachChange(from: oldChild, body)
            }
            for position in NodeHeader.Positions((header.items | oldHeader.items) & ~both & ~childrenOfBoth) {
                try Self.forEachChange(from: old.content(at: position), to: content(at: position), body)
            }
        } else if areTries && header.contains(oldHeader) {
            // The old subtree, as a whole, against what lies at its place; all else is new.
            let place = header.position(of: oldHeader.anyHash)
            for position in NodeHeader.Positions(header.items | NodeHeader.bit(place)) {
                let old: Content = position == place ? .child(old) : .nothing
                try Self.forEachChange(from: old, to: content(at: position), body)
            }
        } else if areTries && oldHeader.contains(header) {
            try old.forEachChange(from: self) { (old, new) throws(Failure) in try body(new, old) }
        } else {
            var matches = 0
            try old.forEachEntry { (entry) throws(Failure) in
                let match = self.entry(of: entry.pointee.key)
                if match != nil { matches += 1 }
                try body(entry, match)
            }
            if isSmall && matches == entryCount { return }
            try forEachEntry { (entry) throws(Failure) in
                if old.entry(of: entry.pointee.key) == nil { try body(nil, entry) }
            }
        }
    }

    @inlinable @inline(__always) static func forEachChange<Failure: Error>(
        from old: EntryPointer, to new: EntryPointer, _ body: Change<Failure>
    ) throws(Failure) {
        if key(of: old).pointee == key(of: new).pointee { return try body(old, new) }
        try body(old, nil)
        try body(nil, new)
    }

    @inlinable static func forEachChange<Failure: Error>(
        from old: Content, to new: Content, _ body: Change<Failure>
    ) throws(Failure) {
        switch (old, new) {
        case (.nothing, .nothing): break
        case (.nothing, .entry(let new)): try body(nil, new)
        case (.nothing, .child(let new)): try new.forEachEntry { (entry) throws(Failure) in try body(nil, entry) }
        case (.child(let old), .child(let new)): try new.forEachChange(from: old, body)
        case (.entry(let old), .entry(let new)): try forEachChange(from: old, to: new, body)
        case (.entry(let old), .child(let new)):
            let match = new.entry(of: key(of: old).pointee)
            try body(old, match)
            try new.forEachEntry { (entry) throws(Failure) in if entry != match { try body(nil, entry) } }
        case (.entry, .nothing), (.child, .nothing), (.child, .entry):
            try forEachChange(from: new, to: old) { (new, old) throws(Failure) in try body(old, new) }
        }
    }
}

extension NodeHeader {
    /// Whether all hashes of another subtree, which begins further down, belong in this one.
    @inlinable func contains(_ other: NodeHeader) -> Bool {
        !isCollision && (other.isCollision || path & 63 > other.path & 63) && divergence(of: other.anyHash) == 0
    }
}
