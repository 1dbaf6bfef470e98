// SPDX-License-Identifier: Apache-2.0
import PersistentCollections

// What a context, a token or an iterator keeps alive, for the cycle collectors of embedders. As in `HAMT.traverse`,
// everything goes by addresses: nothing is retained that is about to be shown.

extension Context {
    /// Calls `visit` with each value of a type in the map with the root at an address.
    ///
    /// - Parameters:
    ///   - root: The address of the root of a context or an iterator, which stays as it is meanwhile.
    ///   - enter: Called with the address of each object of the engine on the way to a value; returns whether to go on.
    ///   - visit: Returns false to stop everything.
    /// - Complexity: O(*n*).
    package static func traverse<Value: Sendable>(
        root: UnsafeMutableRawPointer, as type: Value.Type, enter: (UnsafeMutableRawPointer, Int?) -> Bool,
        visit: (Value) -> Bool
    ) {
        _ = ContextValues.traverse(root: root, enter: enter) { place in
            guard case .value(let value, of: let key) = place, key.pointee is ContextVar<Value>,
                let box = value.pointee.boxAddress, enter(box, nil)
            else { return true }
            return visit(value.pointee.load(as: Value.self))
        }
    }

    /// The address of the root of the context's map, without a reference to it; nil where there is none.
    @inline(never)
    package var rootAddress: UnsafeMutableRawPointer? { storage.rootAddress }
}

extension Context.Iterator {
    /// The address of the root of the map that the iterator keeps alive, without a reference to it.
    @inline(never)
    package var rootAddress: UnsafeMutableRawPointer? { base.rootAddress }
}

extension Token {
    /// What the variable had before, if there was something, and `enter` agrees to go on at the address of its storage.
    package func oldValue(enter: (UnsafeMutableRawPointer) -> Bool) -> Value? {
        guard let address = oldBoxAddress, enter(address) else { return nil }
        return storedOldValue.load(as: Value.self)
    }

    @inline(never)
    private var oldBoxAddress: UnsafeMutableRawPointer? { storedOldValue.boxAddress }
}

extension StoredValue {
    /// The address of the box, without a reference to it.
    @inline(never)
    fileprivate var boxAddress: UnsafeMutableRawPointer? {
        box.map { Unmanaged.passUnretained($0).toOpaque() }
    }
}
