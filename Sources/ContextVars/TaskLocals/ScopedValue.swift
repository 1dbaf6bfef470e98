// SPDX-License-Identifier: Apache-2.0
/// A value that other code keeps for the duration of a closure, as `@TaskLocal` does, but without showing its `TaskLocal`.
///
/// If the `TaskLocal` is accessible, pass it to ``ContextSnapshot/carry(_:)-(TaskLocal<Value>)`` as it is. If a library
/// hides it behind functions, conform a type without instances to this protocol, and let snapshots carry that.
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
    /// The type of the value; optional if there may be none.
    associatedtype Value: Sendable

    /// The caller's value, read when a snapshot is taken.
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
    /// Code that runs in a snapshot stays on its caller's actor even if this function leaves it; but then other work of
    /// the actor may run in between.
    nonisolated(nonsending) static func withValue<Result, Failure: Error>(
        _ value: Value, operation: nonisolated(nonsending) () async throws(Failure) -> Result
    ) async throws(Failure) -> Result
}
