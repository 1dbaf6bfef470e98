// What a map keeps alive, for cycle collectors that count references (see the C interface's header, "Traversal").
//
// Such a collector must be told of shared storage, and how many references there are to it. So nothing here may retain
// what it is about to show: everything goes by addresses, and reading an address is a function of its own, not inlined,
// so that whatever it retains in passing is released again when it returns.

extension HAMT {
    /// The address of the root, without a reference to it; nil where there is none.
    @inline(never)
    package var rootAddress: UnsafeMutableRawPointer? {
        root.map { Unmanaged.passUnretained($0).toOpaque() }
    }

    /// Calls `visitKey` and `visitValue` with the places of the keys and values below the root at an address, of each as often
    /// as there is a reference to it.
    ///
    /// The caller keeps the map that the root belongs to alive and unchanged.
    ///
    /// - Parameters:
    ///   - root: The address of the root.
    ///   - enter: Called with the address of each object on the way, the root's first; returns whether to go into it.
    ///   - visitKey: Returns false to stop everything; nil where keys are of no interest.
    ///   - visitValue: Called with a value and its key, which it is not a visit to. Returns false to stop everything.
    /// - Returns: Whether the visitors never returned false.
    /// - Complexity: O(n).
    package static func traverse(
        root: UnsafeMutableRawPointer,
        enter: (UnsafeMutableRawPointer) -> Bool,
        visitKey: ((UnsafeMutablePointer<Key>) -> Bool)?,
        visitValue: (UnsafeMutablePointer<Key>, UnsafeMutablePointer<Value>) -> Bool
    ) -> Bool {
        guard enter(root) else { return true }
        let node = NodeReference<Key, Value>(root)
        if let visitKey {
            guard node.traverseKeys(enter: enter, visit: visitKey) else { return false }
        }
        for index in 0..<node.header.pointee.entryCount {
            let entry = node.entries + index
            guard visitValue(NodeReference.key(of: entry), NodeReference.value(of: entry)) else { return false }
        }
        for index in 0..<node.header.pointee.childCount {
            let child = node.child(at: index).address
            guard traverse(root: child, enter: enter, visitKey: visitKey, visitValue: visitValue) else { return false }
        }
        return true
    }
}

extension NodeReference {
    /// Visits the keys that this node owns, and those of its key owners that are entered.
    fileprivate func traverseKeys(
        enter: (UnsafeMutableRawPointer) -> Bool, visit: (UnsafeMutablePointer<Key>) -> Bool
    ) -> Bool {
        var owner = keyOwner
        let own = ownPositions(besides: owner)
        if header.pointee.isCollision {
            for index in 0..<header.pointee.entryCount {
                guard visit(Self.key(of: entries + index)) else { return false }
            }
        }
        for position in 0..<UInt(16) where own >> UInt16(position) & 1 != 0 {
            guard visit(Self.key(of: entries + header.pointee.entryIndex(at: position))) else { return false }
        }
        while let current = owner, enter(current) {
            guard KeyOwner<Key>.forEachKey(of: current, visit) else { return false }
            owner = KeyOwnerHeader.at(current).pointee.parent
        }
        return true
    }
}

extension HAMT.Iterator {
    /// The address of the root that the iterator keeps alive, without a reference to it.
    @inline(never)
    package var rootAddress: UnsafeMutableRawPointer? {
        root.map { Unmanaged.passUnretained($0).toOpaque() }
    }
}
