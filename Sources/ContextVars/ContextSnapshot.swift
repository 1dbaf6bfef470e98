/// The values of a context at one moment: immutable, and free to go anywhere.
///
/// Take one where the values are, and run in it where they are missing: in callbacks, on queues, event loops and
/// threads. Each run has a context of its own that starts with the snapshot's values, so any number of them can go on
/// at once, and none sees what another sets.
///
/// ```swift
/// let snapshot = ContextSnapshot.current
/// queue.async {
///     snapshot.run { log("done") }  // with the values of the line above
/// }
/// queue.async(execute: snapshot.wrap { log("done") })  // the same
/// ```
///
/// A snapshot shares its values with the context it was taken of and with other snapshots; taking, copying and passing
/// one is O(1). It is safe to use from any thread and task.
public struct ContextSnapshot: Sendable {
    let values: ContextValues

    init(_ values: ContextValues) {
        self.values = values
    }

    /// Creates a snapshot without values.
    public init() {
        self.values = ContextValues()
    }

    /// Creates a snapshot of the values that a context has now.
    ///
    /// - Complexity: O(1).
    public init(_ context: Context) {
        self.values = context.snapshotOfValues()
    }

    /// The values of the current context at this moment; none where no context is current.
    ///
    /// - Complexity: O(1).
    public static var current: ContextSnapshot {
        ContextSnapshot(CurrentContext.values())
    }

    /// The value of a variable in the snapshot, or `nil` where it isn't set there.
    ///
    /// Defaults don't count.
    ///
    /// - Complexity: As ``ContextVar/get()``.
    public subscript<Value>(variable: ContextVar<Value>) -> Value? {
        values[variable]?.load(as: Value.self)
    }

    /// A snapshot with one value changed.
    ///
    /// - Complexity: As ``ContextVar/set(_:)`` in a context that shares its values.
    public func with<Value>(_ variable: ContextVar<Value>, _ value: Value) -> ContextSnapshot {
        var values = values
        values.updateValue(StoredValue(value), forKey: variable)
        return ContextSnapshot(values)
    }
}

// MARK: - Running

extension ContextSnapshot {
    /// Runs synchronous code in a new context that starts with the snapshot's values.
    ///
    /// - Throws: Only what the body throws.
    /// - Complexity: O(1).
    @inlinable
    @discardableResult
    public func run<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try runOnce(in: Binding(copying: self), body)
    }

    /// Runs asynchronous code in a new context that starts with the snapshot's values.
    ///
    /// The code stays on the caller's actor.
    ///
    /// - Throws: Only what the body throws.
    /// - Complexity: O(1).
    @discardableResult
    public nonisolated(nonsending) func run<Result, Failure: Error>(
        _ body: nonisolated(nonsending) () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await runOnce(in: Binding(copying: self), body)
    }

    /// Runs synchronous code that throws nothing in a new context that starts with the snapshot's values.
    ///
    /// - Complexity: O(1).
    @inlinable
    @discardableResult
    public func run<Result>(_ body: () -> Result) -> Result {
        runOnce(in: Binding(copying: self), body)
    }

    /// Runs asynchronous code that throws nothing in a new context that starts with the snapshot's values.
    ///
    /// The code stays on the caller's actor.
    ///
    /// - Complexity: O(1).
    @discardableResult
    public nonisolated(nonsending) func run<Result>(
        _ body: nonisolated(nonsending) () async -> Result
    ) async -> Result {
        await runOnce(in: Binding(copying: self), body)
    }
}

extension ContextSnapshot: CustomStringConvertible {
    /// The names of the variables that are set.
    ///
    /// Not their values: descriptions end up in logs.
    public var description: String {
        "<ContextSnapshot \(names(in: values))>"
    }
}

extension ContextSnapshot: CustomDebugStringConvertible {
    /// The names and values of the variables that are set.
    public var debugDescription: String {
        "<ContextSnapshot \(namesAndValues(in: values))>"
    }
}
