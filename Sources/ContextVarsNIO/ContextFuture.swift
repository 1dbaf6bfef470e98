// SPDX-License-Identifier: Apache-2.0
#if NIO
public import ContextVars
public import NIOCore

/// A future whose callbacks run with the values of a snapshot: an ordinary chain of futures, with one more call.
///
/// The callbacks of an `EventLoopFuture` run on the thread of its event loop, where no context is current. After
/// ``NIOCore/EventLoopFuture/inContext(_:)``, they run with the values of the place where the chain is written:
///
/// ```swift
/// func price(of item: Item) -> EventLoopFuture<Price> {
///     database.find(item)
///         .inContext(.current)
///         .unwrap(orError: NotFound())
///         .flatMap { row in
///             log("found \(row.id)")              // with the caller's request id
///             return rates.convert(row.price)
///         }
///         .always { _ in log("done") }            // here as well
///         .future
/// }
/// ```
///
/// Each callback runs in a new context that starts with the snapshot's values. So callbacks on several event loops may
/// run at once, and what one of them sets isn't seen by the next. The snapshot doesn't reach into a future that a callback
/// returns: its own callbacks were written elsewhere, with their own context or without one.
///
/// The methods are those of `EventLoopFuture` that take callbacks, and some that stand between them in a chain. For
/// everything else there is ``future``. All except the blocking ones are inlinable, so that a callback is called directly
/// and nothing is looked up by type at run time. Safe to use from any thread and task.
public struct ContextFuture<Value>: Sendable {
    /// The plain future, for code that doesn't know about contexts.
    public let future: EventLoopFuture<Value>

    /// The values with which callbacks run.
    public let snapshot: ContextSnapshot

    /// The event loop on which callbacks run.
    public var eventLoop: any EventLoop { future.eventLoop }

    @inlinable
    init(future: EventLoopFuture<Value>, snapshot: ContextSnapshot) {
        self.future = future
        self.snapshot = snapshot
    }

    /// The same snapshot around a future made from this one.
    @inlinable
    func with<NewValue>(_ future: EventLoopFuture<NewValue>) -> ContextFuture<NewValue> {
        ContextFuture<NewValue>(future: future, snapshot: snapshot)
    }
}

extension EventLoopFuture {
    /// The same future, with callbacks that run with the values of a snapshot.
    ///
    /// ```swift
    /// connection.send(request).inContext(.current).map { log("reply: \($0)") }
    /// ```
    ///
    /// - Parameter snapshot: The values; normally `.current`, those of the place where this is written.
    /// - Complexity: O(1), and O(1) more for each callback.
    @inlinable
    public func inContext(_ snapshot: ContextSnapshot) -> ContextFuture<Value> {
        ContextFuture(future: self, snapshot: snapshot)
    }
}
#endif
