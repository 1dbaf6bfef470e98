// One method per kind of function, because Swift 6.3 can't pass a function that doesn't throw for one that
// `throws(Failure)` where the parameters are a pack ("reabstraction of pack values" is not implemented).

extension ContextSnapshot {
    /// A function that runs a function in the snapshot's values, whoever calls it, wherever and how often.
    ///
    /// Each call has a new context that starts with the snapshot's values; calls may overlap.
    ///
    /// ```swift
    /// client.onMessage = ContextSnapshot.current.wrap { (message: String, sender: String) in
    ///     log("\(sender): \(message)")
    /// }
    /// ```
    ///
    /// - Returns: A function of the same parameters and result.
    /// - Complexity: O(1), and O(1) more for each call.
    @inlinable
    public func wrap<each Argument, Result>(
        _ function: @escaping @Sendable (repeat each Argument) -> Result
    ) -> @Sendable (repeat each Argument) -> Result {
        { (argument: repeat each Argument) in
            run { function(repeat each argument) }
        }
    }

    /// A function that runs a throwing function in the snapshot's values; as ``wrap(_:)-(_)``.
    ///
    /// - Returns: A function of the same parameters, result and error.
    /// - Complexity: O(1), and O(1) more for each call.
    @inlinable
    public func wrap<each Argument, Result, Failure: Error>(
        _ function: @escaping @Sendable (repeat each Argument) throws(Failure) -> Result
    ) -> @Sendable (repeat each Argument) throws(Failure) -> Result {
        { (argument: repeat each Argument) throws(Failure) in
            try run { () throws(Failure) in try function(repeat each argument) }
        }
    }

    /// A function that runs an asynchronous function in the snapshot's values; as the form for synchronous functions.
    ///
    /// - Returns: A function of the same parameters and result.
    /// - Complexity: O(1), and O(1) more for each call.
    @inlinable
    public func wrap<each Argument: Sendable, Result: Sendable>(
        _ function: @escaping @Sendable (repeat each Argument) async -> Result
    ) -> @Sendable (repeat each Argument) async -> Result {
        { (argument: repeat each Argument) async in
            await run { () async in await function(repeat each argument) }
        }
    }

    /// A function that runs an asynchronous, throwing function in the snapshot's values; as the form for synchronous
    /// functions.
    ///
    /// - Returns: A function of the same parameters, result and error.
    /// - Complexity: O(1), and O(1) more for each call.
    @inlinable
    public func wrap<each Argument: Sendable, Result: Sendable, Failure: Error>(
        _ function: @escaping @Sendable (repeat each Argument) async throws(Failure) -> Result
    ) -> @Sendable (repeat each Argument) async throws(Failure) -> Result {
        { (argument: repeat each Argument) async throws(Failure) in
            try await run { () async throws(Failure) in try await function(repeat each argument) }
        }
    }

    /// A function that runs a function which isn't `@Sendable` in the snapshot's values, and isn't so itself.
    ///
    /// - Returns: A function of the same parameters and result.
    /// - Complexity: O(1), and O(1) more for each call.
    @_disfavoredOverload
    @inlinable
    public func wrap<each Argument, Result>(
        _ function: @escaping (repeat each Argument) -> Result
    ) -> (repeat each Argument) -> Result {
        { (argument: repeat each Argument) in
            run { function(repeat each argument) }
        }
    }

    /// A function that runs a throwing function which isn't `@Sendable` in the snapshot's values, and isn't so itself.
    ///
    /// - Returns: A function of the same parameters, result and error.
    /// - Complexity: O(1), and O(1) more for each call.
    @_disfavoredOverload
    @inlinable
    public func wrap<each Argument, Result, Failure: Error>(
        _ function: @escaping (repeat each Argument) throws(Failure) -> Result
    ) -> (repeat each Argument) throws(Failure) -> Result {
        { (argument: repeat each Argument) throws(Failure) in
            try run { () throws(Failure) in try function(repeat each argument) }
        }
    }
}
