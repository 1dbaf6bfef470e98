// SPDX-License-Identifier: Apache-2.0
#if NIO
public import Dispatch
import NIOCore

// Callbacks on a queue, where no context is current either.

extension ContextFuture {
    /// A future of what the callback returns or throws on a queue, where it may block.
    ///
    /// Works like `EventLoopFuture.flatMapBlocking`; the callback runs in a new copy of the snapshot.
    public func flatMapBlocking<NewValue: Sendable>(
        onto queue: DispatchQueue, _ callback: @escaping @Sendable (Value) throws -> NewValue
    ) -> ContextFuture<NewValue> where Value: Sendable {
        with(future.flatMapBlocking(onto: queue) { [snapshot] value in try snapshot.run { try callback(value) } })
    }

    /// Calls a function when the future succeeds, on a queue, where it may block.
    ///
    /// Works like `EventLoopFuture.whenSuccessBlocking`; the callback runs in a new copy of the snapshot.
    public func whenSuccessBlocking(
        onto queue: DispatchQueue, _ callback: @escaping @Sendable (Value) -> Void
    ) where Value: Sendable {
        future.whenSuccessBlocking(onto: queue) { [snapshot] result in snapshot.run { callback(result) } }
    }

    /// Calls a function when the future fails, on a queue, where it may block.
    ///
    /// Works like `EventLoopFuture.whenFailureBlocking`; the callback runs in a new copy of the snapshot.
    public func whenFailureBlocking(
        onto queue: DispatchQueue, _ callback: @escaping @Sendable (any Error) -> Void
    ) {
        future.whenFailureBlocking(onto: queue) { [snapshot] result in snapshot.run { callback(result) } }
    }

    /// Calls a function when the future has a result, on a queue, where it may block.
    ///
    /// Works like `EventLoopFuture.whenCompleteBlocking`; the callback runs in a new copy of the snapshot.
    public func whenCompleteBlocking(
        onto queue: DispatchQueue, _ callback: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) where Value: Sendable {
        future.whenCompleteBlocking(onto: queue) { [snapshot] result in snapshot.run { callback(result) } }
    }
}
#endif
