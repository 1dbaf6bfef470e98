// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames

extension AsyncSequence {
    /// The same elements, produced in one context that lasts as long as the iteration.
    ///
    /// Each iterator has its own context, which starts with the snapshot's values. So a producer may set a variable at
    /// its first element and reset it at its end, and at each element sees what it set at earlier ones. The consumer's own
    /// code stays in its context.
    ///
    /// ```swift
    /// func rows() -> some AsyncSequence<Row, any Error> {
    ///     // Sets `Database.transaction` at its first row, and resets it after the last.
    ///     RowsInTransaction(database)
    ///         .inOwnContext(from: .current)
    /// }
    /// ```
    ///
    /// ``_Concurrency/AsyncSequence/inContext(_:)`` gives each element a new context instead. Use it for closures that only
    /// read variables, and for sequences that several tasks iterate over with one iterator.
    ///
    /// The last values that the producer has set live as long as the iterator.
    ///
    /// - Complexity: O(1), and O(1) more for each element.
    public func inOwnContext(from snapshot: ContextSnapshot) -> AsyncOwnContextSequence<Self> {
        AsyncOwnContextSequence(base: self, snapshot: snapshot)
    }
}

/// An asynchronous sequence in which each iterator has its own context, made by
/// ``_Concurrency/AsyncSequence/inOwnContext(from:)``.
public struct AsyncOwnContextSequence<Base: AsyncSequence>: AsyncSequence {
    let base: Base
    let snapshot: ContextSnapshot

    /// The elements of the base.
    public typealias Element = Base.Element
    /// The error type of the base.
    public typealias Failure = Base.Failure

    /// Makes a context with the snapshot's values, and makes the base's iterator and its elements in it.
    ///
    /// - Complexity: That of the base, plus that of ``Context/init()`` and of `Context.run`.
    public func makeAsyncIterator() -> Iterator {
        let context = OwnContext(of: snapshot)
        return Iterator(base: context.run { base.makeAsyncIterator() }, context: context)
    }

    /// Asks the base's iterator for each element in the same context.
    public struct Iterator: AsyncIteratorProtocol {
        var base: Base.AsyncIterator
        let context: OwnContext

        /// The next element of the base, or `nil` at the end, asked for on the caller's actor.
        ///
        /// Copies of an iterator share its context. Where two of them ask for elements at the same time, the second one
        /// has a copy of it for that element.
        ///
        /// - Throws: Only what the base throws.
        /// - Complexity: That of the base, plus that of `Context.run`.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(Base.Failure) -> Base.Element? {
            try await context.run { () async throws(Base.Failure) in
                try await base.next(isolation: actor)
            }
        }
    }
}

extension AsyncOwnContextSequence: Sendable where Base: Sendable {}

extension AsyncOwnContextSequence.Iterator: Sendable where Base.AsyncIterator: Sendable {}

/// A context for many runs, one after the other, with the task-local values of the snapshot that it was made of.
struct OwnContext: Sendable {
    private let context: Context
    private let captured: CapturedValue?

    init(of snapshot: ContextSnapshot) {
        context = Context(snapshot.values)
        captured = snapshot.captured
    }

    /// Runs code in the context, or in a copy of it while other code runs in it.
    func run<Result>(_ body: () -> Result) -> Result {
        guard contextvars_storage_claim(context.storage) else { return copy.run(body) }
        defer { context.unclaim() }
        let scope = Scope.entering(context, isSynchronous: true)
        defer { scope.end() }
        if let captured { return captured.run(body) }
        return body()
    }

    /// The same for asynchronous code.
    nonisolated(nonsending) func run<Result, Failure: Error>(
        _ body: nonisolated(nonsending) () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        guard contextvars_storage_claim(context.storage) else { return try await copy.run(body) }
        defer { context.unclaim() }
        do {
            return try await Scope.run(in: .entering(context, isSynchronous: false), with: captured) {
                () async throws in try await body()
            }
        } catch {
            throw error as! Failure
        }
    }

    private var copy: ContextSnapshot { ContextSnapshot(context.storedValues(), captured: captured) }
}
