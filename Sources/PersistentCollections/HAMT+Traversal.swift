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

    /// Calls `visit` with the place of each key and value below the root at an address.
    ///
    /// The caller keeps the map that the root belongs to alive and unchanged.
    ///
    /// - Parameters:
    ///   - root: The address of the root.
    ///   - enter: Called with the address of each node on the way, the root's first; returns whether to go into it.
    ///   - visit: Returns false to stop everything.
    /// - Returns: Whether `visit` never returned false.
    /// - Complexity: O(n).
    package static func traverse(
        root: UnsafeMutableRawPointer,
        enter: (UnsafeMutableRawPointer) -> Bool,
        visit: (UnsafeMutablePointer<Key>, UnsafeMutablePointer<Value>) -> Bool
    ) -> Bool {
        guard enter(root) else { return true }
        let node = NodeReference<Key, Value>(root)
        for index in 0..<node.header.pointee.entryCount {
            let entry = node.entries + index
            let key = UnsafeMutableRawPointer(entry).assumingMemoryBound(to: Key.self)
            guard visit(key, NodeReference.value(of: entry)) else { return false }
        }
        for index in 0..<node.header.pointee.childCount {
            guard traverse(root: node.child(at: index).address, enter: enter, visit: visit) else { return false }
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
