// SPDX-License-Identifier: Apache-2.0
extension ContextVar {
    /// The variable's value in the current context, or its default where it isn't set or no context is current.
    ///
    /// - Complexity: O(1). In a context that the caller owns: no lock, no allocation, no atomic operation other than
    ///   the retain of a value that is an object. A structured child task, which borrows its parent's context, reads
    ///   without a lock as well, after its first read.
    @inlinable
    public func get() -> Value { currentValue(or: defaultValue) }

    /// The variable's value in the current context, or the call's default where it isn't set.
    ///
    /// The call's default takes precedence over the variable's own, as in PEP 567.
    ///
    /// - Complexity: That of ``get()``.
    @inlinable
    public func get(default callDefault: @autoclosure () -> Value) -> Value { currentValue(or: callDefault()) }

    /// The value in the current context, or another one where it isn't set.
    ///
    /// Not as an optional, whose type code that isn't specialised would have to look up.
    @inlinable
    @inline(__always)
    func currentValue(or fallback: @autoclosure () -> Value) -> Value {
        if StoredValue.isInline(Value.self) {
            guard let bits = currentBits(of: self) else { return fallback() }
            return StoredValue.load(as: Value.self, from: bits)
        }
        let place = currentPlace(of: self)
        guard let value = place.value else { return fallback() }
        defer { if place.isBorrowed { endReading() } }
        return value.pointee.load(as: Value.self)
    }

    /// The variable's value in the current context, which must have one.
    ///
    /// - Throws: ``ContextError/lookup`` where the value is `nil`: CPython's `LookupError`.
    /// - Complexity: That of ``get()``.
    @inlinable
    public func require<Wrapped>() throws(ContextError) -> Wrapped where Value == Wrapped? {
        guard let value = get() else { throw .lookup(self) }
        return value
    }

    /// Sets the variable in the current context.
    ///
    /// Everything that runs in this context from now on sees the change: the rest of this function, its callers up to the
    /// `run` or the task that owns the context, and tasks created from now on, which copy it. Tasks that were created
    /// before don't see it.
    ///
    /// - Returns: A token with which ``reset(_:)`` restores the previous value.
    /// - Throws: ``ContextError/noCurrentContext`` where no context is current, and
    ///   ``ContextError/borrowedContext`` in a structured child task (`async let`, task groups), whose parent's context
    ///   is read-only. Use ``withValue(_:operation:)-9o8z3`` in either case.
    /// - Complexity: O(log *n*) for *n* variables that are set: one node of the map for each factor of 16. Changes the
    ///   context in place unless a copy or snapshot shares its values; then allocates one node for each level of its map.
    @inlinable
    @discardableResult
    public func set(_ newValue: Value) throws(ContextError) -> Token<Value> {
        let (origin, oldValue) = try setInCurrent(self, to: MovingValue(storing: newValue))
        return Token(origin: origin, variable: self, oldValue: oldValue)
    }

    /// Restores the value from before the ``set(_:)`` that made the token, in the current context.
    ///
    /// ```swift
    /// let token = try Request.attempt.set(2)
    /// …
    /// try Request.attempt.reset(token)
    /// ```
    ///
    /// - Throws: ``ContextError/tokenUsed``, ``ContextError/tokenFromDifferentVar`` or
    ///   ``ContextError/tokenFromDifferentContext`` where the token doesn't fit;
    ///   ``ContextError/noCurrentContext`` and ``ContextError/borrowedContext`` where ``set(_:)`` throws them. A call
    ///   that throws doesn't use up the token.
    /// - Complexity: That of ``set(_:)``.
    @inlinable
    public func reset(_ token: Token<Value>) throws(ContextError) {
        let restored = try token.use(with: self) { () throws(ContextError) in
            try restoreInCurrent(self, to: token.unretainedOldValue, ifCurrentIs: token.origin)
        }
        if restored.isWatched { reportRestored(restored, of: self, to: token.unretainedOldValue) }
        MovingValue.release(restored.discarded)
    }
}
