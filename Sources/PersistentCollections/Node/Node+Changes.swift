extension NodeReference {
    /// What a node has at a position.
    @usableFromInline
    enum Content {
        case nothing
        case entry(UnsafeMutablePointer<Entry>)
        case child(NodeReference)
    }

    @inlinable
    func content(at position: UInt) -> Content {
        if header.pointee.hasEntry(at: position) {
            return .entry(entries + header.pointee.entryIndex(at: position))
        }
        if header.pointee.hasChild(at: position) {
            return .child(child(at: header.pointee.childIndex(at: position)))
        }
        return .nothing
    }

    /// Calls `body` with each entry of the subtree.
    @inlinable
    func forEachEntry(_ body: (Entry) throws -> Void) rethrows {
        for index in 0..<header.pointee.entryCount { try body(entries[index]) }
        for index in 0..<header.pointee.childCount { try child(at: index).forEachEntry(body) }
    }

    /// Calls `body` with the old and the new entry of each key that both subtrees have in parts that they don't share,
    /// and with one of them for each key that only one has.
    ///
    /// Both are at depth `shift`.
    @inlinable
    func forEachChange(
        from old: NodeReference, shift: UInt,
        _ body: (_ old: UnsafeMutablePointer<Entry>?, _ new: UnsafeMutablePointer<Entry>?) throws -> Void
    ) rethrows {
        if address == old.address { return }
        if header.pointee.isCollision || old.header.pointee.isCollision {
            try old.forEachEntryPointer { try body($0, entry(of: $0.pointee.key, shift: shift)) }
            try forEachEntryPointer {
                if old.entry(of: $0.pointee.key, shift: shift) == nil { try body(nil, $0) }
            }
            return
        }
        let next = shift &+ NodeHeader.bitsPerLevel
        for position in 0..<UInt(16) {
            switch (old.content(at: position), content(at: position)) {
            case (.nothing, .nothing): break
            case (.nothing, .entry(let new)): try body(nil, new)
            case (.entry(let old), .nothing): try body(old, nil)
            case (.nothing, .child(let new)): try new.forEachEntryPointer { try body(nil, $0) }
            case (.child(let old), .nothing): try old.forEachEntryPointer { try body($0, nil) }
            case (.child(let old), .child(let new)): try new.forEachChange(from: old, shift: next, body)
            case (.entry(let old), .entry(let new)):
                if old.pointee.key == new.pointee.key {
                    try body(old, new)
                } else {
                    try body(old, nil)
                    try body(nil, new)
                }
            case (.entry(let old), .child(let new)):
                let match = new.entry(of: old.pointee.key, shift: next)
                try body(old, match)
                try new.forEachEntryPointer { if $0 != match { try body(nil, $0) } }
            case (.child(let old), .entry(let new)):
                let match = old.entry(of: new.pointee.key, shift: next)
                try body(match, new)
                try old.forEachEntryPointer { if $0 != match { try body($0, nil) } }
            }
        }
    }

    @inlinable
    func forEachEntryPointer(_ body: (UnsafeMutablePointer<Entry>) throws -> Void) rethrows {
        for index in 0..<header.pointee.entryCount { try body(entries + index) }
        for index in 0..<header.pointee.childCount { try child(at: index).forEachEntryPointer(body) }
    }

    /// The entry of `key` in this subtree at depth `shift`.
    @inlinable
    func entry(of key: Key, shift: UInt) -> UnsafeMutablePointer<Entry>? {
        // A shift by all bits gives 0: below the last level there are only collision nodes, which look at no position.
        entry(of: key, rest: UInt(bitPattern: key.hashValue) >> shift)
    }
}
