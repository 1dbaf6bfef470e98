// SPDX-License-Identifier: Apache-2.0
// What a map keeps alive, for cycle collectors that count references (see the C interface's header, "Traversal").
//
// Such a collector must be told of shared storage, and how many references there are to it. So nothing here may retain
// what it is about to show: everything goes by addresses, and reading an address is a function of its own, not inlined,
// so that whatever it retains in passing is released again when it returns.

extension HAMT {
    /// The address of the root, without a reference to it; nil where there is none.
    @inline(never)
    package var rootAddress: UnsafeMutableRawPointer? { root.map { Unmanaged.passUnretained($0).toOpaque() } }

    /// Where a reference to something lies that a map keeps alive.
    package enum Place {
        case key(UnsafeMutablePointer<Key>)
        /// A value. Its key comes with it to tell what it is.
        case value(UnsafeMutablePointer<Value>, of: UnsafeMutablePointer<Key>)
    }

    /// Calls `visit` with the places of the keys and values below the root at an address, with each as often as there
    /// is a reference to it.
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
        while let current = owner, enter(current, KeyOwner.count(of: current)) {
            guard KeyOwner.forEachKey(of: current, visit) else { return false }
            owner = current.pointee.parent
        }
        return true
    }
}

extension KeyOwner {
    /// The number of references to an owner.
    static func count(of owner: Pointer) -> Int {
        let references = References(owner.pointee.references.load(ordering: .acquiring))
        return Int(references.holders + references.lackers) - (references.holders > 0 ? 1 : 0)
    }

    /// Calls `visit` with the place of each key that an owner has, without its parents' keys, until that returns false;
    /// retains nothing.
    static func forEachKey<Key>(of owner: Pointer, _ visit: (UnsafeMutablePointer<Key>) -> Bool) -> Bool {
        let references = References(owner.pointee.references.load(ordering: .acquiring))
        let gone = references.holders == 0 ? NodeHeader.bit(references.lackedPosition) : 0
        return NodeHeader.Positions(owner.pointee.ownPositions & ~gone).allSatisfy {
            visit(key(of: owner, at: $0, Key.self))
        }
    }
}

extension HAMT.Iterator {
    /// The address of the root that the iterator keeps alive, without a reference to it.
    @inline(never)
    package var rootAddress: UnsafeMutableRawPointer? { root.map { Unmanaged.passUnretained($0).toOpaque() } }
}
