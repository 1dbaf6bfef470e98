// SPDX-License-Identifier: Apache-2.0
// One method per kind of function, because Swift 6.3 can't pass a function that doesn't throw for one that
// `throws(Failure)` where the parameters are a pack ("reabstraction of pack values" is not implemented).

extension ContextSnapshot {
    /// Wraps a function so that it runs with the snapshot's values, wherever and however often it is called.
    ///
    /// Each call has a new context that starts with the snapshot's values; calls may overlap.
    ///
    /// ```swift
    /// client.onMessage = ContextSnapshot.current.wrap { (message: String, sender: String) in
    ///     log("\(sender): \(message)")
    /// }
    /// ```
    ///
    /// - Returns: A function with the same parameters and result.
    /// - Complexity: O(1), and O(1) more for each call.
    @inlinable
    public func wrap<each Argument, Result>(
        _ function: @escaping @Sendable (repeat each Argument) -> Result
    ) -> @Sendable (repeat each Argument) -> Result {
        { (argument: repeat each Argument) in
            run { function(repeat each argument) }
        }
    }

    /// Wraps a throwing function so that it runs with the snapshot's values.
    ///
    /// - Returns: A function with the same parameters, result and error.
    /// - Complexity: O(1), and O(1) more for each call.
    @inlinable
    public func wrap<each Argument, Result, Failure: Error>(
        _ function: @escaping @Sendable (repeat each Argument) throws(Failure) -> Result
    ) -> @Sendable (repeat each Argument) throws(Failure) -> Result {
        { (argument: repeat each Argument) throws(Failure) in
            try run { () throws(Failure) in try function(repeat each argument) }
        }
    }

    /// Wraps an asynchronous function so that it runs with the snapshot's values.
    ///
    /// - Returns: A function with the same parameters and result.
    /// - Complexity: O(1), and O(1) more for each call.
    @inlinable
    public func wrap<each Argument: Sendable, Result: Sendable>(
        _ function: @escaping @Sendable (repeat each Argument) async -> Result
    ) -> @Sendable (repeat each Argument) async -> Result {
        { (argument: repeat each Argument) async in
            await run { () async in await function(repeat each argument) }
        }
    }

    /// Wraps an asynchronous, throwing function so that it runs with the snapshot's values.
    ///
    /// - Returns: A function with the same parameters, result and error.
    /// - Complexity: O(1), and O(1) more for each call.
    @inlinable
    public func wrap<each Argument: Sendable, Result: Sendable, Failure: Error>(
        _ function: @escaping @Sendable (repeat each Argument) async throws(Failure) -> Result
    ) -> @Sendable (repeat each Argument) async throws(Failure) -> Result {
        { (argument: repeat each Argument) async throws(Failure) in
            try await run { () async throws(Failure) in try await function(repeat each argument) }
        }
    }

    /// Wraps a function that isn't `@Sendable` so that it runs with the snapshot's values.
    ///
    /// The result isn't `@Sendable` either.
    ///
    /// - Returns: A function with the same parameters and result.
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

    /// Wraps a throwing function that isn't `@Sendable` so that it runs with the snapshot's values.
    ///
    /// The result isn't `@Sendable` either.
    ///
    /// - Returns: A function with the same parameters, result and error.
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
