import PersistentCollections

// What a context, a token or an iterator alone keeps alive, for the cycle collectors of embedders. An object counts as
// alone if every object on the way to it has one reference: nodes of the map, and the box of the value.
//
// All this reads addresses before it looks at references, and never loads a reference that it is about to judge: the load
// would retain. See `HAMT.rootAddress`.

extension Context {
    /// Calls `visit` with the values of a type that the map with the root at an address keeps alive and nothing else does,
    /// until it returns false; returns whether it never did.
    ///
    /// The root is that of a context or iterator which nobody else can reach meanwhile.
    package static func visitUnsharedValues<Value: Sendable>(
        under root: UnsafeMutableRawPointer, as type: Value.Type, _ visit: (Value) -> Bool
    ) -> Bool {
        // The keys need no judgement: a variable is held by whoever uses it, and not by its values.
        ContextValues.visitUnsharedEntries(under: root) { key, value in
            guard key.pointee is ContextVar<Value>, let box = value.pointee.boxAddress,
                isOnlyReference(box, to: Box<Value>.self)
            else { return true }
            return visit(value.pointee.load(as: Value.self))
        }
    }

    /// The address of the root of the context's map, without a reference to it; nil where there is none.
    @inline(never)
    package var rootAddress: UnsafeMutableRawPointer? { values.rootAddress }
}

extension Context.Iterator {
    /// The address of the root of the map that the iterator keeps alive, without a reference to it.
    @inline(never)
    package var rootAddress: UnsafeMutableRawPointer? { base.rootAddress }
}

extension Token {
    /// What the variable had before, if this token alone keeps it alive.
    package var unsharedOldValue: Value? {
        guard let address = storedOldValueAddress, isOnlyReference(address, to: Box<Value>.self) else { return nil }
        return storedOldValue?.load(as: Value.self)
    }

    @inline(never)
    private var storedOldValueAddress: UnsafeMutableRawPointer? {
        storedOldValue?.box.map { Unmanaged.passUnretained($0).toOpaque() }
    }
}

extension StoredValue {
    @inline(never)
    fileprivate var boxAddress: UnsafeMutableRawPointer? {
        box.map { Unmanaged.passUnretained($0).toOpaque() }
    }
}
