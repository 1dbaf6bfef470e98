// SPDX-License-Identifier: Apache-2.0
// What a map keeps alive, for cycle collectors that count references (see the C interface's header, "Traversal").
//
// Such a collector must be told of shared storage, and how many references there are to it. So nothing here retains what
// it is about to show: everything goes by addresses, and reading one isn't inlined, so that nothing is kept meanwhile.

extension HAMT {
    /// The address of the root, without a reference to it; nil where there is none.
    @inline(never) package var rootAddress: UnsafeMutableRawPointer? { rootReference?.address }

    /// Where a reference to something lies that a map keeps alive.
    package enum Place {
        case key(UnsafeMutablePointer<Key>)
        case value(UnsafeMutablePointer<Value>, of: UnsafeMutablePointer<Key>)
    }

    /// Calls `visit` with the places of the keys and values below a root, as often as there is a reference to each.
    ///
    /// The caller keeps the map that the root belongs to alive and unchanged.
    ///
    /// - Parameters:
    ///   - enter: Called with the address of each object on the way, the root's first, and with the number of
    ///     references to it, where the object counts them itself; returns whether to go into it.
    ///   - visit: Returns false to stop everything.
    /// - Returns: Whether `visit` never returned false.
    /// - Complexity: O(n).
    package static func traverse(
        root: UnsafeMutableRawPointer, enter: (UnsafeMutableRawPointer, Int?) -> Bool, visit: (Place) -> Bool
    ) -> Bool {
        guard enter(root, nil) else { return true }
        let node = NodeReference<Key, Value>(root)
        guard node.traverseKeys(enter: enter, { visit(.key($0)) }) else { return false }
        for index in 0..<node.entryCount {
            let entry = node.entries + index
            guard visit(.value(NodeReference.value(of: entry), of: NodeReference.key(of: entry))) else { return false }
        }
        for index in 0..<node.childCount {
            guard traverse(root: node.child(at: index).address, enter: enter, visit: visit) else { return false }
        }
        return true
    }
}

extension NodeReference {
    /// Visits the keys that this node owns, and those of its key owners that are entered.
    fileprivate func traverseKeys(
        enter: (UnsafeMutableRawPointer, Int?) -> Bool, _ visit: (UnsafeMutablePointer<Key>) -> Bool
    ) -> Bool {
        var owner = keyOwner
        if owner == nil { return (0..<entryCount).allSatisfy { visit(Self.key(of: entries + $0)) } }
        for position in NodeHeader.Positions(ownPositions(besides: owner)) {
            guard visit(Self.key(of: entries + index(at: position))) else { return false }
        }
        while let current = owner {
            let references = KeyOwner.References(current.pointee.references.load(ordering: .acquiring))
            let (holders, lackers) = (Int(references.holders), Int(references.lackers))
            // (All holders together are one lacker.)
            if !enter(current, holders + lackers - (holders > 0 ? 1 : 0)) { break }
            let gone = holders > 0 ? 0 : NodeHeader.bit(references.lackedPosition)
            for position in NodeHeader.Positions(current.pointee.ownPositions & ~gone) {
                guard visit(KeyOwner.key(of: current, at: position, Key.self)) else { return false }
            }
            owner = current.pointee.parent
        }
        return true
    }
}

extension HAMT.Iterator {
    /// The address of the root that the iterator keeps alive, without a reference to it.
    @inline(never)
    package var rootAddress: UnsafeMutableRawPointer? { root.map { Unmanaged.passUnretained($0).toOpaque() } }
}
