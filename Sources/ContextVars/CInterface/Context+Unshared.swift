import PersistentCollections

// What a context, a token or an iterator alone keeps alive, for the cycle collectors of embedders. An object counts as
// alone if every object on the way to it has one reference: nodes of the map, and the box of the value.
//
// All this reads addresses before it looks at references, and never loads a reference that it is about to judge: the load
// would retain. See `HAMT.rootAddress`.

extension Context {
    /// Calls `visit` with the values of a type that this context alone keeps alive, until it returns false; returns
    /// whether it never did. For callers who know that only they can reach the context now.
    package func visitUnsharedValues<Value: Sendable>(as type: Value.Type, _ visit: (Value) -> Bool) -> Bool {
        guard let root = rootAddress else { return true }
        return ContextValues.visitUnsharedValues(under: root, as: type, visit)
    }

    @inline(never)
    private var rootAddress: UnsafeMutableRawPointer? { values.rootAddress }
}

extension Context.Iterator {
    /// As ``Context/visitUnsharedValues(as:_:)``, for the values of a context as it was when the iteration began.
    package func visitUnsharedValues<Value: Sendable>(as type: Value.Type, _ visit: (Value) -> Bool) -> Bool {
        guard let root = base.rootAddress else { return true }
        return ContextValues.visitUnsharedValues(under: root, as: type, visit)
    }
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

extension ContextValues {
    /// The keys need no judgement: a variable is held by whoever uses it, and not by its values.
    fileprivate static func visitUnsharedValues<Content: Sendable>(
        under root: UnsafeMutableRawPointer, as type: Content.Type, _ visit: (Content) -> Bool
    ) -> Bool {
        visitUnsharedEntries(under: root) { key, value in
            guard key.pointee is ContextVar<Content>, let box = value.pointee.boxAddress,
                isOnlyReference(box, to: Box<Content>.self)
            else { return true }
            return visit(value.pointee.load(as: Content.self))
        }
    }
}

extension StoredValue {
    @inline(never)
    fileprivate var boxAddress: UnsafeMutableRawPointer? {
        box.map { Unmanaged.passUnretained($0).toOpaque() }
    }
}
