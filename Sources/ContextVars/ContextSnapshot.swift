// SPDX-License-Identifier: Apache-2.0
/// The values of a context at one moment: immutable, and usable on any thread.
///
/// Take one where the values are, and run in it where they are missing: in callbacks, on queues, event loops and
/// threads. Each run has its own context, which starts with the snapshot's values, so any number of runs can go on at
/// once, and none sees what another sets.
///
/// ```swift
/// let snapshot = ContextSnapshot.current
/// queue.async {
///     snapshot.run { log("done") }  // with the values of the line above
/// }
/// queue.async(execute: snapshot.wrap { log("done") })  // the same
/// ```
///
/// A snapshot shares its values with the context it was taken from and with other snapshots; taking, copying and passing
/// one is O(1). It is safe to use from any thread and task.
///
/// The snapshot ``current`` also carries the task-local values that the program has chosen with
/// ``carry(_:)-(TaskLocal<Value>)``. One that is made from a ``Context`` or from nothing doesn't: code that runs in it sees
/// its caller's task-local values.
public struct ContextSnapshot: Sendable {
    private var contents: Contents

    /// One reference in both cases: a `nil` beside the values would be retained and released as well.
    private enum Contents {
        case values(ContextValues)
        indirect case valuesAndCaptured(ContextValues, CapturedValue)
    }

    @inline(__always)
    init(_ values: ContextValues, captured: CapturedValue? = nil) {
        contents = captured.map { .valuesAndCaptured(values, $0) } ?? .values(values)
    }

    var values: ContextValues {
        switch contents {
        case .values(let values), .valuesAndCaptured(let values, _): values
        }
    }

    /// The values of task locals; `nil` where it carries none.
    @usableFromInline var captured: CapturedValue? {
        switch contents {
        case .values: nil
        case .valuesAndCaptured(_, let captured): captured
        }
    }

    /// Whether it carries no task locals.
    var carriesNothing: Bool {
        if case .values = contents { true } else { false }
    }

    /// The two words of the values' map, without a reference to it.
    ///
    /// Invariant: the first case of the enumeration begins with its payload. `StorageTests` checks it.
    @inline(__always)
    var unretainedValues: (root: UInt, count: Int) {
        switch contents {
        case .values:
            withUnsafeBytes(of: contents) { bytes in
                (bytes.load(as: UInt.self), bytes.load(fromByteOffset: MemoryLayout<UInt>.size, as: Int.self))
            }
        case .valuesAndCaptured(let values, _):
            (UInt(bitPattern: values.rootAddress), values.count)
        }
    }

    /// Creates a snapshot without values, which carries no task locals.
    ///
    /// - Complexity: O(1).
    public init() {
        self.init(ContextValues())
    }

    /// Creates a snapshot of the values that a context has now.
    ///
    /// It carries no task locals: a context has variables only.
    ///
    /// - Complexity: O(1).
    public init(_ context: Context) {
        self.init(context.storedValues())
        Observation.taken(self, from: context.storage)
    }

    /// The values that the current context has now, if there is one, and those of the task locals that snapshots carry.
    ///
    /// Taking it counts as handing work over: if a variable has a rule of ``ContextVar/Inheritance``, the rule determines
    /// its value in the snapshot.
    ///
    /// - Complexity: O(1), and one allocation for each task local that is carried. O(log *n*) for the first one within a
    ///   `withValue`, for each one in a structured child of that, and for each variable with a rule of inheritance.
    @inlinable
    public static var current: ContextSnapshot { snapshotOfCurrent() }

    /// The value of a variable in the snapshot, or `nil` where it isn't set there.
    ///
    /// Defaults don't count.
    ///
    /// - Complexity: That of ``ContextVar/get()``.
    @inlinable
    public subscript<Value>(variable: ContextVar<Value>) -> Value? {
        stored(variable)?.load(as: Value.self)
    }

    @usableFromInline
    func stored(_ variable: AnyContextVar) -> StoredValue? { values[variable] }

    /// A snapshot with one value changed, which carries the same task-local values.
    ///
    /// - Complexity: That of ``ContextVar/set(_:)`` in a context that shares its values.
    @inlinable
    public func with<Value>(_ variable: ContextVar<Value>, _ value: Value) -> ContextSnapshot {
        with(variable, stored: StoredValue(value))
    }

    /// Changes one value, in place where nobody else has the snapshot's values.
    @inlinable
    package mutating func set<Value>(_ variable: ContextVar<Value>, to value: Value) {
        set(variable, stored: StoredValue(value))
    }

    @usableFromInline
    mutating func set(_ variable: AnyContextVar, stored value: StoredValue) {
        guard case .values(var values) = contents else {
            self = with(variable, stored: value)
            return
        }
        // Else there would be two references to them.
        contents = .values(ContextValues())
        values.updateValue(value, forKey: variable)
        contents = .values(values)
    }

    @usableFromInline
    func with(_ variable: AnyContextVar, stored value: StoredValue) -> ContextSnapshot {
        var values = values
        values.updateValue(value, forKey: variable)
        return derived(values)
    }

    /// A snapshot with other values, which carries the same task-local values.
    func derived(_ values: ContextValues) -> ContextSnapshot {
        let snapshot = ContextSnapshot(values, captured: captured)
        Observation.derived(snapshot, from: self)
        return snapshot
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
        let scope = Scope.copying(self, isSynchronous: true)
        defer {
            scope.end()
            withExtendedLifetime(self) {}
        }
        if let captured { return try captured.run(body) }
        return try body()
    }

    /// Runs asynchronous code in a new context that starts with the snapshot's values.
    ///
    /// The code stays on the caller's actor.
    ///
    /// - Throws: Only what the body throws.
    /// - Complexity: O(1).
    @inlinable
    @discardableResult
    public nonisolated(nonsending) func run<Result, Failure: Error>(
        _ body: nonisolated(nonsending) () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        do {
            return try await Scope.run(in: .copying(self, isSynchronous: false), with: captured) {
                () async throws in try await body()
            }
        } catch {
            throw error as! Failure
        }
    }

    // (`ContextVar+WithValue.swift` says why there is this form.)

    /// Runs asynchronous code that throws nothing in a new context that starts with the snapshot's values.
    ///
    /// The code stays on the caller's actor.
    ///
    /// - Complexity: O(1).
    @inlinable
    @discardableResult
    public nonisolated(nonsending) func run<Result>(
        _ body: nonisolated(nonsending) () async -> Result
    ) async -> Result {
        defer { withExtendedLifetime(self) {} }
        return await Scope.run(in: .copying(self, isSynchronous: false), with: captured, body)
    }
}

extension ContextSnapshot: CustomStringConvertible {
    /// The names of the variables that are set.
    ///
    /// Values are left out, because descriptions end up in logs.
    ///
    /// - Complexity: O(*n* log *n*): the names are sorted.
    public var description: String {
        "<ContextSnapshot \(values.names)>"
    }
}

extension ContextSnapshot: CustomDebugStringConvertible {
    /// The names and values of the variables that are set.
    ///
    /// - Complexity: O(*n* log *n*), and that of describing the values.
    public var debugDescription: String {
        "<ContextSnapshot \(values.namesAndValues)>"
    }
}
