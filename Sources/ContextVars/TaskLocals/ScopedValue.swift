// SPDX-License-Identifier: Apache-2.0
/// A value that other code keeps for the length of a closure, as `@TaskLocal` does, but without showing its `TaskLocal`.
///
/// Where the `TaskLocal` is at hand, ``ContextSnapshot/carry(_:)-(TaskLocal<Value>)`` takes it as it is. Where a library
/// hides it behind functions, conform a type without instances to this protocol, and have snapshots carry that.
///
/// ```swift
/// enum CurrentUser: ScopedValue {
///     static var current: User? { Accounts.currentUser }
///
///     static func withValue<Result, Failure: Error>(
///         _ user: User?, operation: () throws(Failure) -> Result
///     ) throws(Failure) -> Result {
///         try Accounts.withUser(user, operation)
///     }
///
///     nonisolated(nonsending) static func withValue<Result, Failure: Error>(
///         _ user: User?,
///         operation: nonisolated(nonsending) () async throws(Failure) -> Result
///     ) async throws(Failure) -> Result {
///         try await Accounts.withUser(user, operation)
///     }
/// }
///
/// ContextSnapshot.carry(CurrentUser.self)
/// ```
public protocol ScopedValue {
    /// The type of the value; an optional one where there may be none.
    associatedtype Value: Sendable

    /// The value for the code that asks: read when a snapshot is taken.
    ///
    /// Called on any thread, inside and outside tasks. It must not take a snapshot itself.
    static var current: Value { get }

    /// Runs synchronous code with a value in force, and then restores the previous one.
    ///
    /// Called on any thread, inside and outside tasks.
    static func withValue<Result, Failure: Error>(
        _ value: Value, operation: () throws(Failure) -> Result
    ) throws(Failure) -> Result

    /// Runs asynchronous code with a value in force, and then restores the previous one.
    ///
    /// The code of a snapshot's user stays on the user's actor even if this function leaves it; but then other work of
    /// the actor may come between.
    nonisolated(nonsending) static func withValue<Result, Failure: Error>(
        _ value: Value, operation: nonisolated(nonsending) () async throws(Failure) -> Result
    ) async throws(Failure) -> Result
}
