// Functions that don't throw have forms of their own: in Swift 6.3.1 the compiler crashes where a function of
// `throws(Never)` that comes from a generic `Failure` is passed on as one that doesn't throw.

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
    public func wrap<each Argument, Result>(
        _ function: @escaping @Sendable (repeat each Argument) -> Result
    ) -> @Sendable (repeat each Argument) -> Result {
        { (argument: repeat each Argument) -> Result in
            run { () -> Result in function(repeat each argument) }
        }
    }

    /// A function that runs a throwing function in the snapshot's values, whoever calls it, wherever and how often.
    ///
    /// Each call has a new context that starts with the snapshot's values; calls may overlap.
    ///
    /// - Returns: A function of the same parameters, result and errors.
    /// - Complexity: O(1), and O(1) more for each call.
    public func wrap<each Argument, Result, Failure: Error>(
        _ function: @escaping @Sendable (repeat each Argument) throws(Failure) -> Result
    ) -> @Sendable (repeat each Argument) throws(Failure) -> Result {
        { (argument: repeat each Argument) throws(Failure) -> Result in
            try run { () throws(Failure) -> Result in try function(repeat each argument) }
        }
    }

    /// A function that runs an asynchronous function in the snapshot's values, whoever calls it, wherever and how often.
    ///
    /// Each call has a new context that starts with the snapshot's values; calls may overlap.
    ///
    /// - Returns: A function of the same parameters and result.
    /// - Complexity: O(1), and O(1) more for each call.
    public func wrap<each Argument: Sendable, Result: Sendable>(
        _ function: @escaping @Sendable (repeat each Argument) async -> Result
    ) -> @Sendable (repeat each Argument) async -> Result {
        { (argument: repeat each Argument) async -> Result in
            await run { () async -> Result in await function(repeat each argument) }
        }
    }

    /// A function that runs an asynchronous, throwing function in the snapshot's values.
    ///
    /// Each call has a new context that starts with the snapshot's values; calls may overlap.
    ///
    /// - Returns: A function of the same parameters, result and errors.
    /// - Complexity: O(1), and O(1) more for each call.
    public func wrap<each Argument: Sendable, Result: Sendable, Failure: Error>(
        _ function: @escaping @Sendable (repeat each Argument) async throws(Failure) -> Result
    ) -> @Sendable (repeat each Argument) async throws(Failure) -> Result {
        { (argument: repeat each Argument) async throws(Failure) -> Result in
            try await run { () async throws(Failure) -> Result in try await function(repeat each argument) }
        }
    }

    /// A function that runs a function which isn't `@Sendable` in the snapshot's values.
    ///
    /// As the form for `@Sendable` functions, but the result stays where the function may be called.
    @_disfavoredOverload
    public func wrap<each Argument, Result>(
        _ function: @escaping (repeat each Argument) -> Result
    ) -> (repeat each Argument) -> Result {
        { (argument: repeat each Argument) -> Result in
            run { () -> Result in function(repeat each argument) }
        }
    }

    /// A function that runs a throwing function which isn't `@Sendable` in the snapshot's values.
    ///
    /// As the form for `@Sendable` functions, but the result stays where the function may be called.
    @_disfavoredOverload
    public func wrap<each Argument, Result, Failure: Error>(
        _ function: @escaping (repeat each Argument) throws(Failure) -> Result
    ) -> (repeat each Argument) throws(Failure) -> Result {
        { (argument: repeat each Argument) throws(Failure) -> Result in
            try run { () throws(Failure) -> Result in try function(repeat each argument) }
        }
    }
}
