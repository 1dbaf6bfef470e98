// SPDX-License-Identifier: Apache-2.0
#if NIO
public import NIOCore

extension EventLoopPromise {
    /// A promise that passes its result on to this one outside of all contexts.
    ///
    /// On its event loop, a promise calls plain callbacks at once, in the context in which `succeed` is called. So where one
    /// request fulfils a promise that another one waits for, as in a connection pool, the callbacks of the other read
    /// this request's values, and what they set stays in its context. To prevent that, fulfil the promise that this method
    /// returns:
    ///
    /// ```swift
    /// let waiter = waiters.removeFirst()            // a promise of another request
    /// waiter.withoutContext().succeed(connection)
    /// ```
    ///
    /// It can also be given to code that fulfils promises and knows nothing about contexts. Like every promise, it must be
    /// fulfilled.
    ///
    /// Task-local values are left behind too. Callbacks that were given a context by ``EventLoopFuture/inContext(_:)`` keep
    /// it, no matter which code fulfils the promise.
    ///
    /// - Parameters:
    ///   - file: Where NIO reports, in debug builds, that the promise was never fulfilled.
    ///   - line: Like `file`.
    /// - Complexity: O(1), and one more turn of the event loop until callbacks run. Safe from any thread and task.
    public func withoutContext(file: StaticString = #fileID, line: UInt = #line) -> EventLoopPromise<Value>
    where Value: Sendable {
        let eventLoop = futureResult.eventLoop
        let promise = eventLoop.makePromise(of: Value.self, file: file, line: line)
        promise.futureResult.whenComplete { result in
            // The loop calls it from the bottom of its stack, where nothing of the caller is in force.
            eventLoop.execute { completeWith(result) }
        }
        return promise
    }
}
#endif
