// SPDX-License-Identifier: Apache-2.0
#if NIO
public import ContextVars
public import NIOCore

extension ContextFuture {
    /// A future of this one's value, transformed by the callback.
    ///
    /// Works like `EventLoopFuture.map`; the callback runs in a new copy of the snapshot.
    @inlinable
    public func map<NewValue>(
        _ callback: @escaping @Sendable (Value) -> NewValue
    ) -> ContextFuture<NewValue> {
        with(future.map { [snapshot] value in snapshot.run { callback(value) } })
    }

    /// A future of the result of the callback's future.
    ///
    /// Works like `EventLoopFuture.flatMap`; the callback runs in a new copy of the snapshot.
    @inlinable
    public func flatMap<NewValue: Sendable>(
        _ callback: @escaping @Sendable (Value) -> EventLoopFuture<NewValue>
    ) -> ContextFuture<NewValue> {
        with(future.flatMap { [snapshot] value in snapshot.run { callback(value) } })
    }

    /// A future of what the callback returns or throws.
    ///
    /// Works like `EventLoopFuture.flatMapThrowing`; the callback runs in a new copy of the snapshot.
    @inlinable
    public func flatMapThrowing<NewValue>(
        _ callback: @escaping @Sendable (Value) throws -> NewValue
    ) -> ContextFuture<NewValue> {
        with(future.flatMapThrowing { [snapshot] value in try snapshot.run { try callback(value) } })
    }

    /// A future of the result that the callback returns.
    ///
    /// Works like `EventLoopFuture.flatMapResult`; the callback runs in a new copy of the snapshot.
    @inlinable
    public func flatMapResult<NewValue, Failure: Error>(
        _ callback: @escaping @Sendable (Value) -> Result<NewValue, Failure>
    ) -> ContextFuture<NewValue> {
        with(future.flatMapResult { [snapshot] value in snapshot.run { callback(value) } })
    }

    /// A future of this one's value or, if it fails, of the result of the callback's future.
    ///
    /// Works like `EventLoopFuture.flatMapError`; the callback runs in a new copy of the snapshot.
    @inlinable
    public func flatMapError(
        _ callback: @escaping @Sendable (any Error) -> EventLoopFuture<Value>
    ) -> ContextFuture<Value> where Value: Sendable {
        with(future.flatMapError { [snapshot] error in snapshot.run { callback(error) } })
    }

    /// A future of this one's value or, if it fails, of what the callback returns or throws.
    ///
    /// Works like `EventLoopFuture.flatMapErrorThrowing`; the callback runs in a new copy of the snapshot.
    @inlinable
    public func flatMapErrorThrowing(
        _ callback: @escaping @Sendable (any Error) throws -> Value
    ) -> ContextFuture<Value> {
        with(future.flatMapErrorThrowing { [snapshot] error in try snapshot.run { try callback(error) } })
    }

    /// A future of this one's value or, if it fails, of what the callback returns.
    ///
    /// Works like `EventLoopFuture.recover`; the callback runs in a new copy of the snapshot.
    @inlinable
    public func recover(
        _ callback: @escaping @Sendable (any Error) -> Value
    ) -> ContextFuture<Value> {
        with(future.recover { [snapshot] error in snapshot.run { callback(error) } })
    }
}

// MARK: - At the end

extension ContextFuture {
    /// Calls a function when the future succeeds.
    ///
    /// Works like `EventLoopFuture.whenSuccess`; the callback runs in a new copy of the snapshot.
    @inlinable
    public func whenSuccess(_ callback: @escaping @Sendable (Value) -> Void) {
        future.whenSuccess { [snapshot] result in snapshot.run { callback(result) } }
    }

    /// Calls a function when the future fails.
    ///
    /// Works like `EventLoopFuture.whenFailure`; the callback runs in a new copy of the snapshot.
    @inlinable
    public func whenFailure(_ callback: @escaping @Sendable (any Error) -> Void) {
        future.whenFailure { [snapshot] result in snapshot.run { callback(result) } }
    }

    /// Calls a function when the future has a result.
    ///
    /// Works like `EventLoopFuture.whenComplete`; the callback runs in a new copy of the snapshot.
    @inlinable
    public func whenComplete(_ callback: @escaping @Sendable (Result<Value, any Error>) -> Void) {
        future.whenComplete { [snapshot] result in snapshot.run { callback(result) } }
    }

    /// Calls a function when the future has a result, which it passes on.
    ///
    /// Works like `EventLoopFuture.always`; the callback runs in a new copy of the snapshot.
    @inlinable
    @discardableResult
    public func always(_ callback: @escaping @Sendable (Result<Value, any Error>) -> Void) -> ContextFuture<Value> {
        whenComplete(callback)
        return self
    }
}
#endif
