// SPDX-License-Identifier: Apache-2.0
extension NodeReference {
    /// Calls `body` with the old and the new entry of each key that both subtrees have in parts that they don't share,
    /// and with one of them for each key that only one has.
    ///
    /// Both are roots, or lie at the same position of nodes with the same path.
    @inlinable
    func forEachChange(from old: NodeReference, _ body: Change) rethrows {
        if address == old.address { return }
        let header = header.pointee
        let oldHeader = old.header.pointee
        if header.isCollision && oldHeader.isCollision || header.isSmallRoot || oldHeader.isSmallRoot {
            try old.forEachEntry { try body($0, entry(of: Self.key(of: $0).pointee)) }
            try forEachEntry { if old.entry(of: Self.key(of: $0).pointee) == nil { try body(nil, $0) } }
        } else if !header.isCollision && header.path == oldHeader.path && !oldHeader.isCollision {
            for position in 0..<UInt(16) {
                try Self.forEachChange(from: old.content(at: position), to: content(at: position), body)
            }
        } else if header.contains(oldHeader) {
            // The old subtree, as a whole, against what lies at its place; all else is new.
            let place = header.position(of: oldHeader.anyHash)
            try Self.forEachChange(from: .child(old), to: content(at: place), body)
            for position in 0..<UInt(16) where position != place {
                try Self.forEachChange(from: .nothing, to: content(at: position), body)
            }
        } else if oldHeader.contains(header) {
            let place = oldHeader.position(of: header.anyHash)
            try Self.forEachChange(from: old.content(at: place), to: .child(self), body)
            for position in 0..<UInt(16) where position != place {
                try Self.forEachChange(from: old.content(at: position), to: .nothing, body)
            }
        } else {
            try old.forEachEntry { try body($0, nil) }
            try forEachEntry { try body(nil, $0) }
        }
    }

    /// Gets the old and the new entry of a key.
    @usableFromInline
    typealias Change = (_ old: UnsafeMutablePointer<Entry>?, _ new: UnsafeMutablePointer<Entry>?) throws -> Void

    @inlinable
    static func forEachChange(from old: Content, to new: Content, _ body: Change) rethrows {
        switch (old, new) {
        case (.nothing, .nothing): break
        case (.nothing, .entry(let new)): try body(nil, new)
        case (.entry(let old), .nothing): try body(old, nil)
        case (.nothing, .child(let new)): try new.forEachEntry { try body(nil, $0) }
        case (.child(let old), .nothing): try old.forEachEntry { try body($0, nil) }
        case (.child(let old), .child(let new)): try new.forEachChange(from: old, body)
        case (.entry(let old), .entry(let new)):
            if key(of: old).pointee == key(of: new).pointee {
                try body(old, new)
            } else {
                try body(old, nil)
                try body(nil, new)
            }
        case (.entry(let old), .child(let new)):
            let match = new.entry(of: key(of: old).pointee)
            try body(old, match)
            try new.forEachEntry { if $0 != match { try body(nil, $0) } }
        case (.child(let old), .entry(let new)):
            let match = old.entry(of: key(of: new).pointee)
            try body(match, new)
            try old.forEachEntry { if $0 != match { try body($0, nil) } }
        }
    }
}
