// SPDX-License-Identifier: Apache-2.0
#if NIO
public import ContextVars
public import NIOCore

extension EventLoopPromise {
    /// Fulfils the promise with what an asynchronous function returns or throws, run in the given context.
    ///
    /// NIO's own `completeWithTask` starts a plain `Task { }`, which has a copy of the current context already. This one
    /// is for another snapshot, or for a `Context` that should keep what the function sets. The context is free again
    /// before anybody learns the result.
    ///
    /// - Returns: The task that runs the function.
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then you still have to
    ///   fulfil the promise. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread and task.
    @discardableResult
    public func completeWithTask<Source: ContextSource>(
        context: Source, _ body: @escaping @Sendable () async throws -> Value
    ) throws(Source.EntryError) -> Task<Void, Never> where Value: Sendable {
        complete(with: body, in: try context.enter())
    }

    @discardableResult
    fileprivate func complete(
        with body: @escaping @Sendable () async throws -> Value, in claimed: ClaimedContext
    ) -> Task<Void, Never> where Value: Sendable {
        Task {
            do {
                succeed(try await claimed.run(body))
            } catch {
                fail(error)
            }
        }
    }
}

extension EventLoop {
    /// A future of what an asynchronous function returns or throws, run in the given context.
    ///
    /// NIO's own `makeFutureWithTask` starts a plain `Task { }`, which has a copy of the current context already. This
    /// one is for another snapshot, or for a `Context` that should keep what the function sets.
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: O(1). Safe from any thread and task.
    public func makeFutureWithTask<Source: ContextSource, Value: Sendable>(
        context: Source, _ body: @escaping @Sendable () async throws -> Value
    ) throws(Source.EntryError) -> EventLoopFuture<Value> {
        let claimed = try context.enter()
        let promise = makePromise(of: Value.self)
        promise.complete(with: body, in: claimed)
        return promise.futureResult
    }
}
#endif
