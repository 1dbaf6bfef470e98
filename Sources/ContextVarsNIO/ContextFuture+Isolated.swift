// SPDX-License-Identifier: Apache-2.0
#if NIO
public import ContextVars
public import NIOCore

extension ContextFuture {
    /// A future whose callbacks run with the values of a snapshot, for code on its event loop.
    ///
    /// The callbacks needn't be `@Sendable`.
    ///
    /// ```swift
    /// context.writeAndFlush(reply)
    ///     .assumeIsolated().inContext(.current)
    ///     .whenFailure { self.report($0, to: context) }  // neither of them is Sendable
    /// ```
    public struct Isolated {
        /// The plain future, for code that doesn't know about contexts.
        public let future: EventLoopFuture<Value>.Isolated

        /// The values with which callbacks run.
        public let snapshot: ContextSnapshot

        @inlinable
        init(future: EventLoopFuture<Value>.Isolated, snapshot: ContextSnapshot) {
            self.future = future
            self.snapshot = snapshot
        }

        /// The same snapshot around a future made from this one.
        @inlinable
        func with<NewValue>(_ future: EventLoopFuture<NewValue>.Isolated) -> ContextFuture<NewValue>.Isolated {
            ContextFuture<NewValue>.Isolated(future: future, snapshot: snapshot)
        }

        /// The same future, for code anywhere.
        ///
        /// - Complexity: O(1).
        @inlinable
        public func nonisolated() -> ContextFuture<Value> {
            ContextFuture(future: future.nonisolated(), snapshot: snapshot)
        }
    }
}

@available(*, unavailable)
extension ContextFuture.Isolated: Sendable {}

extension EventLoopFuture.Isolated {
    /// The same future, with callbacks that run with the values of a snapshot.
    ///
    /// Works like ``NIOCore/EventLoopFuture/inContext(_:)``.
    ///
    /// - Complexity: O(1), and O(1) more for each callback.
    @inlinable
    public func inContext(_ snapshot: ContextSnapshot) -> ContextFuture<Value>.Isolated {
        ContextFuture.Isolated(future: self, snapshot: snapshot)
    }
}

extension ContextFuture.Isolated {
    /// A future of this one's value, transformed by the callback.
    ///
    /// Works like `EventLoopFuture.map`; the callback runs in a new copy of the snapshot.
    @available(*, noasync)
    @inlinable
    public func map<NewValue>(
        _ callback: @escaping (Value) -> NewValue
    ) -> ContextFuture<NewValue>.Isolated {
        with(future.map { [snapshot] value in snapshot.run { callback(value) } })
    }

    /// A future of the result of the callback's future.
    ///
    /// Works like `EventLoopFuture.flatMap`; the callback runs in a new copy of the snapshot.
    @available(*, noasync)
    @inlinable
    public func flatMap<NewValue: Sendable>(
        _ callback: @escaping (Value) -> EventLoopFuture<NewValue>
    ) -> ContextFuture<NewValue>.Isolated {
        with(future.flatMap { [snapshot] value in snapshot.run { callback(value) } })
    }

    /// A future of what the callback returns or throws.
    ///
    /// Works like `EventLoopFuture.flatMapThrowing`; the callback runs in a new copy of the snapshot.
    @available(*, noasync)
    @inlinable
    public func flatMapThrowing<NewValue>(
        _ callback: @escaping (Value) throws -> NewValue
    ) -> ContextFuture<NewValue>.Isolated {
        with(future.flatMapThrowing { [snapshot] value in try snapshot.run { try callback(value) } })
    }

    /// A future of the result that the callback returns.
    ///
    /// Works like `EventLoopFuture.flatMapResult`; the callback runs in a new copy of the snapshot.
    @available(*, noasync)
    @inlinable
    public func flatMapResult<NewValue, Failure: Error>(
        _ callback: @escaping (Value) -> Result<NewValue, Failure>
    ) -> ContextFuture<NewValue>.Isolated {
        with(future.flatMapResult { [snapshot] value in snapshot.run { callback(value) } })
    }

    /// A future of this one's value or, if it fails, of the result of the callback's future.
    ///
    /// Works like `EventLoopFuture.flatMapError`; the callback runs in a new copy of the snapshot.
    @available(*, noasync)
    @inlinable
    public func flatMapError(
        _ callback: @escaping (any Error) -> EventLoopFuture<Value>
    ) -> ContextFuture<Value>.Isolated where Value: Sendable {
        with(future.flatMapError { [snapshot] error in snapshot.run { callback(error) } })
    }

    /// A future of this one's value or, if it fails, of what the callback returns or throws.
    ///
    /// Works like `EventLoopFuture.flatMapErrorThrowing`; the callback runs in a new copy of the snapshot.
    @available(*, noasync)
    @inlinable
    public func flatMapErrorThrowing(
        _ callback: @escaping (any Error) throws -> Value
    ) -> ContextFuture<Value>.Isolated {
        with(future.flatMapErrorThrowing { [snapshot] error in try snapshot.run { try callback(error) } })
    }

    /// A future of this one's value or, if it fails, of what the callback returns.
    ///
    /// Works like `EventLoopFuture.recover`; the callback runs in a new copy of the snapshot.
    @available(*, noasync)
    @inlinable
    public func recover(
        _ callback: @escaping (any Error) -> Value
    ) -> ContextFuture<Value>.Isolated {
        with(future.recover { [snapshot] error in snapshot.run { callback(error) } })
    }

    /// A future of this one's optional value, unwrapped, with another value in place of `nil`.
    ///
    /// Works like `EventLoopFuture.unwrap(orReplace:)`.
    @available(*, noasync)
    @inlinable
    public func unwrap<NewValue>(
        orReplace replacement: NewValue
    ) -> ContextFuture<NewValue>.Isolated where Value == NewValue? {
        with(future.unwrap(orReplace: replacement))
    }

    /// A future of this one's optional value, unwrapped, with a function's result in place of `nil`.
    ///
    /// Works like `EventLoopFuture.unwrap(orElse:)`; the function runs in a new copy of the snapshot.
    @available(*, noasync)
    @inlinable
    public func unwrap<NewValue>(
        orElse callback: @escaping () -> NewValue
    ) -> ContextFuture<NewValue>.Isolated where Value == NewValue? {
        with(future.unwrap { [snapshot] in snapshot.run { callback() } })
    }
}

// MARK: - At the end

extension ContextFuture.Isolated {
    /// Calls a function when the future succeeds.
    ///
    /// Works like `EventLoopFuture.whenSuccess`; the callback runs in a new copy of the snapshot.
    @available(*, noasync)
    @inlinable
    public func whenSuccess(_ callback: @escaping (Value) -> Void) {
        future.whenSuccess { [snapshot] result in snapshot.run { callback(result) } }
    }

    /// Calls a function when the future fails.
    ///
    /// Works like `EventLoopFuture.whenFailure`; the callback runs in a new copy of the snapshot.
    @available(*, noasync)
    @inlinable
    public func whenFailure(_ callback: @escaping (any Error) -> Void) {
        future.whenFailure { [snapshot] result in snapshot.run { callback(result) } }
    }

    /// Calls a function when the future has a result.
    ///
    /// Works like `EventLoopFuture.whenComplete`; the callback runs in a new copy of the snapshot.
    @available(*, noasync)
    @inlinable
    public func whenComplete(_ callback: @escaping (Result<Value, any Error>) -> Void) {
        future.whenComplete { [snapshot] result in snapshot.run { callback(result) } }
    }

    /// Calls a function when the future has a result, which it passes on.
    ///
    /// Works like `EventLoopFuture.always`; the callback runs in a new copy of the snapshot.
    @available(*, noasync)
    @inlinable
    @discardableResult
    public func always(_ callback: @escaping (Result<Value, any Error>) -> Void) -> ContextFuture<Value>.Isolated {
        whenComplete(callback)
        return self
    }
}
#endif
