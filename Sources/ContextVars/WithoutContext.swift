// SPDX-License-Identifier: Apache-2.0
/// Runs synchronous code without a context.
///
/// For code that makes something which outlives the request that happens to need it first: a pool, a cache that refreshes
/// itself, a timer, a connection. Otherwise, everything that such code starts keeps the request's values for good.
///
/// ```swift
/// lazy var pool = withoutContext {
///     Pool(size: 8)               // the tasks that it starts have no context
/// }
/// ```
///
/// In the body, variables read as their defaults, ``ContextVar/set(_:)`` throws ``ContextError/noCurrentContext``, and a
/// snapshot is empty. A task of any kind that the body starts has no context either. `run` and `withValue` work: a
/// context that they make takes nothing from the one outside. Task locals that snapshots carry
/// (``ContextSnapshot/carry(_:)-(TaskLocal<Value>)``) have their defaults in the body; other task locals keep their values.
/// On the main thread the body has no root context.
///
/// However the body ends, the previous context is restored.
///
/// - Throws: Only what the body throws.
/// - Complexity: O(1); where task locals are carried, one short task and one `TaskLocal.withValue` for each. Safe from any
///   thread and task.
@inlinable
@discardableResult
public func withoutContext<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let scope = Scope.withoutContext()
    defer { scope.end() }
    if let outside = carriedOutside() { return try outside.run(body) }
    return try body()
}

/// Runs asynchronous code without a context.
///
/// The code stays on the caller's actor. It has no context across all its suspensions, on whichever thread it resumes,
/// nor do its `async let` and task group children. Otherwise it behaves like the synchronous form.
///
/// - Throws: Only what the body throws.
/// - Complexity: That of the synchronous form.
@inlinable
@discardableResult
public nonisolated(nonsending) func withoutContext<Result, Failure: Error>(
    _ body: nonisolated(nonsending) () async throws(Failure) -> Result
) async throws(Failure) -> Result {
    do {
        return try await Scope.run(in: .withoutContext(), with: carriedOutside()) {
            () async throws in try await body()
        }
    } catch {
        throw error as! Failure
    }
}

// The same for asynchronous bodies that throw nothing; `ContextVar+WithValue.swift` says why.

/// Runs asynchronous code that throws nothing, without a context.
///
/// The code stays on the caller's actor.
///
/// - Complexity: That of the form for code that throws.
@inlinable
@discardableResult
public nonisolated(nonsending) func withoutContext<Result>(
    _ body: nonisolated(nonsending) () async -> Result
) async -> Result {
    await Scope.run(in: .withoutContext(), with: carriedOutside(), body)
}

/// What carried task locals have outside of everything, `nil` where none are carried.
@usableFromInline
@inline(never)
func carriedOutside() -> CapturedValue? {
    CarriedSources.captureOutside()
}
