// SPDX-License-Identifier: Apache-2.0
extension AsyncSequence {
    /// The same elements, produced with the values of a snapshot instead of the consumer's.
    ///
    /// An asynchronous sequence runs in the task that iterates over it, so the closures of `map`, `filter`,
    /// `AsyncStream(unfolding:)` and similar code read their consumer's variables. This sequence asks for each
    /// element in a new context that starts with the snapshot's values; the consumer's own code stays in its context.
    ///
    /// ```swift
    /// func rows() -> some AsyncSequence<Row, any Error> {
    ///     database.rows
    ///         // The tenant of the caller of `rows()`, not of the code that iterates.
    ///         .map { try decode($0, for: Request.tenant.get()) }
    ///         .inContext(.current)
    /// }
    /// ```
    ///
    /// Operations after `inContext` run in the consumer's context again. What a producer sets is gone with the element.
    ///
    /// For single callbacks, `wrap` of ``ContextSnapshot`` does the same:
    ///
    /// ```swift
    /// continuation.onTermination = ContextSnapshot.current.wrap { _ in log("closed") }
    /// ```
    ///
    /// - Complexity: O(1), and O(1) more for each element.
    @inlinable
    public func inContext(_ snapshot: ContextSnapshot) -> AsyncContextSequence<Self> {
        AsyncContextSequence(base: self, snapshot: snapshot)
    }
}

/// An asynchronous sequence whose elements are produced with the values of a snapshot, made by
/// ``_Concurrency/AsyncSequence/inContext(_:)``.
public struct AsyncContextSequence<Base: AsyncSequence>: AsyncSequence {
    @usableFromInline let base: Base
    @usableFromInline let snapshot: ContextSnapshot

    @inlinable
    init(base: Base, snapshot: ContextSnapshot) {
        self.base = base
        self.snapshot = snapshot
    }

    /// The elements of the base.
    public typealias Element = Base.Element
    /// The error type of the base.
    public typealias Failure = Base.Failure

    /// Iterates over the base, whose iterator is also made with the snapshot's values.
    ///
    /// - Complexity: That of the base, plus that of `ContextSnapshot.run`.
    @inlinable
    public func makeAsyncIterator() -> Iterator {
        Iterator(base: snapshot.run { base.makeAsyncIterator() }, snapshot: snapshot)
    }

    /// Asks the base's iterator for each element in a new context.
    public struct Iterator: AsyncIteratorProtocol {
        @usableFromInline var base: Base.AsyncIterator
        @usableFromInline let snapshot: ContextSnapshot

        @inlinable
        init(base: Base.AsyncIterator, snapshot: ContextSnapshot) {
            self.base = base
            self.snapshot = snapshot
        }

        /// The next element of the base, or `nil` at the end, asked for on the caller's actor.
        ///
        /// - Throws: Only what the base throws.
        /// - Complexity: That of the base, plus that of `ContextSnapshot.run`.
        @inlinable
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(Base.Failure) -> Base.Element? {
            try await snapshot.run { () async throws(Base.Failure) in
                try await base.next(isolation: actor)
            }
        }
    }
}

extension AsyncContextSequence: Sendable where Base: Sendable {}

extension AsyncContextSequence.Iterator: Sendable where Base.AsyncIterator: Sendable {}
