// SPDX-License-Identifier: Apache-2.0
import ContextVars

/// Generic code of another module than the tests, which is compiled without knowing the types: their sizes are known only
/// while it runs, and results that are packs or existentials go through memory of the task.
public struct Scopes<Value: Sendable>: Sendable {
    let variable: ContextVar<Value>

    /// Scopes that change a variable.
    public init(of variable: ContextVar<Value>) {
        self.variable = variable
    }

    /// A result of any size.
    public nonisolated(nonsending) func withValue<Result>(
        _ value: Value, _ body: nonisolated(nonsending) (Value) async throws -> Result
    ) async throws -> Result {
        try await variable.withValue(value) { () async throws in
            let before = variable.get()
            await Task.yield()
            return try await body(before)
        }
    }

    /// An error of a type that only the caller knows.
    public nonisolated(nonsending) func typed<Result, Failure: Error>(
        _ value: Value, _ body: nonisolated(nonsending) () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await variable.withValue(value) { () async throws(Failure) in
            await Task.yield()
            return try await body()
        }
    }

    /// A pack of results.
    public nonisolated(nonsending) func collect<each Result>(
        _ value: Value, _ body: nonisolated(nonsending) () async throws -> (repeat each Result)
    ) async throws -> (repeat each Result) {
        try await variable.withValue(value) { () async throws in
            await Task.yield()
            return try await body()
        }
    }

    /// Scopes of all kinds, one in the other.
    public nonisolated(nonsending) func nest<Result>(
        _ depth: Int, _ value: Value, _ body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> [Result] {
        guard depth > 0 else { return [try await body()] }
        return try await Context().run {
            try await ContextSnapshot.current.run { () async throws in
                try await variable.withValue(value) { () async throws in
                    let inner = try await nest(depth - 1, value, body)
                    return inner + [try await body()]
                }
            }
        }
    }

    /// A result behind an existential.
    public nonisolated(nonsending) func existential(
        _ value: Value, _ body: nonisolated(nonsending) () async throws -> any Sendable
    ) async throws -> any Sendable {
        try await variable.withValue(value) { () async throws in try await body() }
    }
}
