// SPDX-License-Identifier: Apache-2.0
extension Token {
    /// Runs synchronous code, and then restores the variable's value from before the ``ContextVar/set(_:)`` that made this
    /// token: `with var.set(x):` in CPython 3.14.
    ///
    /// ```swift
    /// try Request.attempt.set(2).scope {
    ///     retry()        // reads 2
    /// }                  // restored, however the code ends
    /// ```
    ///
    /// The code runs in the same context: other variables that it sets stay set afterwards. Use
    /// `withValue(_:operation:)` to keep all changes inside, or where `set` is refused.
    ///
    /// - Throws: What the body throws; else what ``ContextVar/reset(_:)`` throws, if the token doesn't fit at the end.
    /// - Complexity: That of ``ContextVar/reset(_:)``.
    @inlinable
    public func scope<Result>(_ body: () throws -> Result) throws -> Result {
        let result: Result
        do {
            result = try body()
        } catch {
            try? self.var.reset(self)
            throw error
        }
        try self.var.reset(self)
        return result
    }

    /// Runs asynchronous code, and then restores the variable's value from before the ``ContextVar/set(_:)`` that made this
    /// token.
    ///
    /// The code stays on the caller's actor and in the caller's context, as with `scope(_:)` for synchronous code.
    ///
    /// - Throws: What the body throws; else what ``ContextVar/reset(_:)`` throws, if the token doesn't fit at the end.
    /// - Complexity: That of ``ContextVar/reset(_:)``.
    @inlinable
    public nonisolated(nonsending) func scope<Result>(
        _ body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        let result: Result
        do {
            result = try await body()
        } catch {
            try? self.var.reset(self)
            throw error
        }
        try self.var.reset(self)
        return result
    }
}
