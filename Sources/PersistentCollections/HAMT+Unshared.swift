// What a map alone keeps alive: for cycle collectors that count references (see the C interface's header, "Traversal").

extension HAMT {
    /// The address of the root, without a reference to it; nil where there is none.
    ///
    /// Reading `root` may retain it until the end of the reading function. That is why this is not inlined, and why
    /// ``visitUnsharedEntries(under:_:)`` starts from an address: a reference in passing would make the root look shared.
    @inline(never)
    package var rootAddress: UnsafeMutableRawPointer? {
        root.map { Unmanaged.passUnretained($0).toOpaque() }
    }

    /// Calls `visit` with the places of the keys and values in those nodes that only the root at `root` leads to, until it
    /// returns false; returns whether it never did.
    ///
    /// If another map, or an iterator, refers to a node, then that node and all below it are left out.
    ///
    /// The caller keeps the map that the root belongs to alive and unchanged, and holds no copy of it.
    ///
    /// - Complexity: O(n).
    package static func visitUnsharedEntries(
        under root: UnsafeMutableRawPointer,
        _ visit: (UnsafeMutablePointer<Key>, UnsafeMutablePointer<Value>) -> Bool
    ) -> Bool {
        guard isOnlyReference(root, to: Node<Key, Value>.self) else { return true }
        let node = NodeReference<Key, Value>(root)
        for index in 0..<node.header.pointee.entryCount {
            let entry = node.entries + index
            let key = UnsafeMutableRawPointer(entry).assumingMemoryBound(to: Key.self)
            guard visit(key, NodeReference.value(of: entry)) else { return false }
        }
        for index in 0..<node.header.pointee.childCount {
            guard visitUnsharedEntries(under: node.child(at: index).address, visit) else { return false }
        }
        return true
    }
}

extension HAMT.Iterator {
    /// The address of the root that the iterator keeps alive, as ``HAMT/rootAddress``.
    @inline(never)
    package var rootAddress: UnsafeMutableRawPointer? {
        root.map { Unmanaged.passUnretained($0).toOpaque() }
    }
}

/// Whether the object at an address has one strong reference, and no more: the one that the caller knows of.
///
/// `isKnownUniquelyReferenced` wants the variable that holds the reference. A variable that holds the bare address serves
/// as well: neither retains.
package func isOnlyReference<Object: AnyObject>(_ address: UnsafeMutableRawPointer, to type: Object.Type) -> Bool {
    var address = address
    return withUnsafeMutablePointer(to: &address) { pointer in
        isKnownUniquelyReferenced(&UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Object.self).pointee)
    }
}
