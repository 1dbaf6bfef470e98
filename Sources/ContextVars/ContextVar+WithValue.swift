// SPDX-License-Identifier: Apache-2.0
extension ContextVar {
    /// Runs synchronous code in a copy of the current context in which this variable has a different value.
    ///
    /// Works everywhere, including where ``set(_:)`` is refused: in structured child tasks, which may not change their
    /// parent's context, and where no context is current. What the body sets is gone when it ends.
    ///
    /// ```swift
    /// Request.attempt.withValue(2) {
    ///     send(request)  // reads 2
    /// }
    /// ```
    ///
    /// - Throws: Only what the body throws.
    /// - Complexity: O(1), with a box for a value that ``set(_:)`` would box. Within a `withValue` of another variable,
    ///   whose change goes into the map first, and in a structured child: O(log *n*).
    @inlinable
    @discardableResult
    public func withValue<Result, Failure: Error>(
        _ value: Value, operation: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let scope = Scope.changing(self, to: StoredValue(value), isSynchronous: true)
        defer {
            scope.end()
            withExtendedLifetime(self) {}
        }
        return try operation()
    }

    /// Runs asynchronous code in a copy of the current context in which this variable has a different value.
    ///
    /// The code stays on the caller's actor. Otherwise it behaves like the synchronous form.
    ///
    /// - Throws: Only what the body throws.
    /// - Complexity: O(1), with a box for a value that ``set(_:)`` would box. Within a `withValue` of another variable,
    ///   whose change goes into the map first, and in a structured child: O(log *n*).
    @inlinable
    @discardableResult
    public nonisolated(nonsending) func withValue<Result, Failure: Error>(
        _ value: Value, operation: nonisolated(nonsending) () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        let stored = StoredValue(value)
        do {
            return try await Scope.run(in: .changing(self, to: stored, isSynchronous: false)) {
                () async throws in try await operation()
            }
        } catch {
            throw error as! Failure
        }
    }
}

// The same for asynchronous bodies that throw nothing. It exists only because the compiler of Swift 6.3 crashes ("Found
// ownership error") on a function that infers `Failure` as `Never` and also has a `catch` that is not exhaustive.
extension ContextVar {
    /// Runs asynchronous code that throws nothing in a copy of the current context in which this variable has a different
    /// value.
    ///
    /// The code stays on the caller's actor.
    ///
    /// - Complexity: O(1), with a box for a value that ``set(_:)`` would box. Within a `withValue` of another variable,
    ///   whose change goes into the map first, and in a structured child: O(log *n*).
    @inlinable
    @discardableResult
    public nonisolated(nonsending) func withValue<Result>(
        _ value: Value, operation: nonisolated(nonsending) () async -> Result
    ) async -> Result {
        defer { withExtendedLifetime(self) {} }
        let stored = StoredValue(value)
        return await Scope.run(in: .changing(self, to: stored, isSynchronous: false), operation)
    }
}
