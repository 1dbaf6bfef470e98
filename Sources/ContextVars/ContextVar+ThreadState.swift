// SPDX-License-Identifier: Apache-2.0
extension ContextVar {
    /// The variable's value in the current context of an explicit thread state, or its default: `PyContextVar_Get`.
    ///
    /// - Complexity: That of ``get()``, plus the locks of the state and of the context.
    public func get(in state: ThreadState) -> Value {
        state.context[self] ?? defaultValue
    }

    /// Sets the variable in the current context of an explicit thread state: `PyContextVar_Set`.
    ///
    /// - Returns: A token for ``reset(_:in:)``.
    /// - Complexity: That of ``set(_:)``, plus the locks of the state and of the context.
    @discardableResult
    public func set(_ newValue: Value, in state: ThreadState) -> Token<Value> {
        state.set(self, to: newValue)
    }

    /// Restores the variable's previous value in the current context of an explicit thread state: `PyContextVar_Reset`.
    ///
    /// - Throws: ``ContextError/tokenUsed``, ``ContextError/tokenFromDifferentVar`` or
    ///   ``ContextError/tokenFromDifferentContext`` where the token doesn't fit.
    /// - Complexity: That of ``reset(_:)``, plus the locks of the state and of the context.
    public func reset(_ token: Token<Value>, in state: ThreadState) throws(ContextError) {
        try state.reset(self, with: token)
    }

    /// Whether the value that the variable has in the current context of an explicit thread state was set there, was
    /// inherited, or is the default.
    ///
    /// - Complexity: That of ``AnyContextVar/source``, plus the lock of the state.
    public func source(in state: ThreadState) -> Source {
        let context = state.context
        return withExtendedLifetime(context) { context.storage.source(of: self) }
    }
}
