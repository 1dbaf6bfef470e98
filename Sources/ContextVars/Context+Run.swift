// SPDX-License-Identifier: Apache-2.0
extension Context {
    /// Runs synchronous code in this context.
    ///
    /// The code reads and sets variables in this context. However it ends, the previous context is restored.
    /// Afterwards this context still has the values that the code set.
    ///
    /// ```swift
    /// let context = copyContext()
    /// try context.run {
    ///     try Request.id.set("a7")
    ///     handle(request)  // reads "a7"
    /// }
    /// ```
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if the context is already entered, here or elsewhere; what the body
    ///   throws.
    /// - Complexity: O(1).
    @inlinable
    @discardableResult
    public func run<Result>(_ body: () throws -> Result) throws -> Result {
        try claim()
        let scope = Scope.entering(self, isSynchronous: true)
        defer {
            scope.end()
            // The context isn't free before nothing is left of the scope, and the scope doesn't retain it.
            unclaim()
        }
        return try body()
    }

    /// Runs asynchronous code in this context.
    ///
    /// The code stays on the caller's actor. It reads and sets variables in this context across all its suspensions, on
    /// whichever thread it resumes. Its `async let` and task group children read the same context; a `Task { }` that it
    /// starts gets a copy.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if the context is already entered, here or elsewhere; what the body
    ///   throws.
    /// - Complexity: O(1).
    @inlinable
    @discardableResult
    public nonisolated(nonsending) func run<Result>(
        _ body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        try claim()
        defer { unclaim() }
        return try await Scope.run(in: .entering(self, isSynchronous: false), body)
    }
}

/// A copy of the current context, or an empty context where none is current: `contextvars.copy_context()`.
///
/// - Complexity: That of ``ContextSnapshot/current``. Safe from any thread and task.
public func copyContext() -> Context {
    let copy = Context(CurrentContext.values())
    Watchers.copied(to: copy)
    Observation.taken(copy, from: Observation.currentStorage)
    return copy
}
