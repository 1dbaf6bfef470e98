// SPDX-License-Identifier: Apache-2.0
#if NIO
public import ContextVars
public import NIOCore

// What stands between callbacks in a chain.

extension ContextFuture {
    /// The same future, with callbacks on another event loop.
    ///
    /// Works like `EventLoopFuture.hop(to:)`.
    @inlinable
    public func hop(to target: any EventLoop) -> ContextFuture<Value> where Value: Sendable {
        with(future.hop(to: target))
    }

    /// A future of this one's value and that of another one.
    ///
    /// Works like `EventLoopFuture.and(_:)`.
    @inlinable
    public func and<OtherValue: Sendable>(
        _ other: EventLoopFuture<OtherValue>
    ) -> ContextFuture<(Value, OtherValue)> where Value: Sendable {
        with(future.and(other))
    }

    /// A future of this one's value and a given value.
    ///
    /// Works like `EventLoopFuture.and(value:)`.
    @inlinable
    public func and<OtherValue: Sendable>(
        value: OtherValue
    ) -> ContextFuture<(Value, OtherValue)> where Value: Sendable {
        with(future.and(value: value))
    }

    /// A future of this one's value, combined by a function with those of others, one after the other.
    ///
    /// Works like `EventLoopFuture.fold(_:with:)`; the function runs in a new copy of the snapshot each time.
    @inlinable
    public func fold<OtherValue: Sendable>(
        _ futures: [EventLoopFuture<OtherValue>],
        with combine: @escaping @Sendable (Value, OtherValue) -> EventLoopFuture<Value>
    ) -> ContextFuture<Value> where Value: Sendable {
        with(future.fold(futures) { [snapshot] value, other in snapshot.run { combine(value, other) } })
    }

    /// A future of this one's optional value, unwrapped; it fails if that is `nil`.
    ///
    /// Works like `EventLoopFuture.unwrap(orError:)`.
    @inlinable
    public func unwrap<NewValue>(orError error: any Error) -> ContextFuture<NewValue> where Value == NewValue? {
        with(future.unwrap(orError: error))
    }

    /// A future of this one's optional value, unwrapped, with another value in place of `nil`.
    ///
    /// Works like `EventLoopFuture.unwrap(orReplace:)`.
    @inlinable
    public func unwrap<NewValue: Sendable>(
        orReplace replacement: NewValue
    ) -> ContextFuture<NewValue> where Value == NewValue? {
        with(future.unwrap(orReplace: replacement))
    }

    /// A future of this one's optional value, unwrapped, with a function's result in place of `nil`.
    ///
    /// Works like `EventLoopFuture.unwrap(orElse:)`; the function runs in a new copy of the snapshot.
    @inlinable
    public func unwrap<NewValue>(
        orElse callback: @escaping @Sendable () -> NewValue
    ) -> ContextFuture<NewValue> where Value == NewValue? {
        with(future.unwrap { [snapshot] in snapshot.run { callback() } })
    }
}

// MARK: - With the event loop

extension ContextFuture {
    /// A future of the result of the callback's future.
    ///
    /// Works like `EventLoopFuture.flatMapWithEventLoop`; the callback runs in a new copy of the snapshot.
    @inlinable
    public func flatMapWithEventLoop<NewValue: Sendable>(
        _ callback: @escaping @Sendable (Value, any EventLoop) -> EventLoopFuture<NewValue>
    ) -> ContextFuture<NewValue> {
        with(future.flatMapWithEventLoop { [snapshot] value, loop in snapshot.run { callback(value, loop) } })
    }

    /// A future of this one's value or, if it fails, of the result of the callback's future.
    ///
    /// Works like `EventLoopFuture.flatMapErrorWithEventLoop`; the callback runs in a new copy of the snapshot.
    @inlinable
    public func flatMapErrorWithEventLoop(
        _ callback: @escaping @Sendable (any Error, any EventLoop) -> EventLoopFuture<Value>
    ) -> ContextFuture<Value> where Value: Sendable {
        with(future.flatMapErrorWithEventLoop { [snapshot] error, loop in snapshot.run { callback(error, loop) } })
    }

    /// A future of this one's value, combined by a function with those of others, one after the other.
    ///
    /// Works like `EventLoopFuture.foldWithEventLoop(_:with:)`; the function runs in a new copy of the snapshot each time.
    @inlinable
    public func foldWithEventLoop<OtherValue: Sendable>(
        _ futures: [EventLoopFuture<OtherValue>],
        with combine: @escaping @Sendable (Value, OtherValue, any EventLoop) -> EventLoopFuture<Value>
    ) -> ContextFuture<Value> where Value: Sendable {
        with(
            future.foldWithEventLoop(futures) { [snapshot] value, other, loop in
                snapshot.run { combine(value, other, loop) }
            })
    }
}
#endif
