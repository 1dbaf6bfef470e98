// SPDX-License-Identifier: Apache-2.0
#if NIO
public import ContextVars
public import NIOCore

// A snapshot and a `Context` mean different things to work that runs many times, hence two methods for each.

extension EventLoop {
    /// Runs a function on this event loop again and again, each time in a new copy of a snapshot.
    ///
    /// What one round sets is gone at its end.
    ///
    /// - Parameters:
    ///   - initialDelay: The time until the first round.
    ///   - delay: The time from the end of one round to the start of the next.
    ///   - maximumAllowableJitter: The most that is added at random to either delay; nothing by default.
    ///   - snapshot: The values to run with; normally `.current`.
    ///   - promise: A promise to fulfil when the task has been cancelled and no round is running any more.
    ///   - task: The function.
    /// - Returns: A `RepeatedTask`, with which to cancel the repetition.
    /// - Complexity: That of NIO's own, and O(1) for each round. Safe from any thread and task.
    @discardableResult
    public func scheduleRepeatedTask(
        initialDelay: TimeAmount, delay: TimeAmount, maximumAllowableJitter: TimeAmount = .zero,
        context snapshot: ContextSnapshot, notifying promise: EventLoopPromise<Void>? = nil,
        _ task: @escaping @Sendable (RepeatedTask) throws -> Void
    ) -> RepeatedTask {
        repeatTask(initialDelay, delay, maximumAllowableJitter, promise) { repeated in
            try snapshot.run { try task(repeated) }
        }
    }

    /// Runs a function on this event loop again and again, each time in the same context.
    ///
    /// What one round sets, the next one reads. The context is entered from this call until the task is cancelled.
    ///
    /// - Parameters:
    ///   - initialDelay: The time until the first round.
    ///   - delay: The time from the end of one round to the start of the next.
    ///   - maximumAllowableJitter: The most that is added at random to either delay; nothing by default.
    ///   - context: The context to run in.
    ///   - promise: A promise to fulfil when the task has been cancelled and no round is running any more.
    ///   - task: The function.
    /// - Returns: A `RepeatedTask`, with which to cancel the repetition.
    /// - Throws: `ContextError.alreadyEntered` if the context is already entered, here or elsewhere; then nothing is
    ///   scheduled.
    /// - Complexity: That of NIO's own, and O(1) for each round. Safe from any thread and task.
    @discardableResult
    public func scheduleRepeatedTask(
        initialDelay: TimeAmount, delay: TimeAmount, maximumAllowableJitter: TimeAmount = .zero, context: Context,
        notifying promise: EventLoopPromise<Void>? = nil, _ task: @escaping @Sendable (RepeatedTask) throws -> Void
    ) throws(ContextError) -> RepeatedTask {
        let claimed = try context.enter()
        let pieces = ContextOfPieces(of: claimed)
        return repeatTask(initialDelay, delay, maximumAllowableJitter, promise) { repeated in
            try pieces.run(handedOverWith: claimed) { try task(repeated) }
        }
    }

    /// Runs a function that makes a future on this event loop again and again, each time in a new copy of a snapshot.
    ///
    /// Works like ``scheduleRepeatedTask(initialDelay:delay:maximumAllowableJitter:context:notifying:_:)-(_,_,_,ContextSnapshot,_,_)``;
    /// a round lasts until the function's future has a result.
    ///
    /// - Returns: A `RepeatedTask`, with which to cancel the repetition.
    /// - Complexity: That of NIO's own, and O(1) for each round. Safe from any thread and task.
    @discardableResult
    public func scheduleRepeatedAsyncTask(
        initialDelay: TimeAmount, delay: TimeAmount, maximumAllowableJitter: TimeAmount = .zero,
        context snapshot: ContextSnapshot, notifying promise: EventLoopPromise<Void>? = nil,
        _ task: @escaping @Sendable (RepeatedTask) -> EventLoopFuture<Void>
    ) -> RepeatedTask {
        repeatAsyncTask(initialDelay, delay, maximumAllowableJitter, promise) { repeated in
            snapshot.run { task(repeated) }
        }
    }

    /// Runs a function that makes a future on this event loop again and again, each time in the same context.
    ///
    /// Works like ``scheduleRepeatedTask(initialDelay:delay:maximumAllowableJitter:context:notifying:_:)-(_,_,_,Context,_,_)``; a
    /// round lasts until the function's future has a result.
    ///
    /// - Returns: A `RepeatedTask`, with which to cancel the repetition.
    /// - Throws: `ContextError.alreadyEntered` if the context is already entered, here or elsewhere; then nothing is
    ///   scheduled.
    /// - Complexity: That of NIO's own, and O(1) for each round. Safe from any thread and task.
    @discardableResult
    public func scheduleRepeatedAsyncTask(
        initialDelay: TimeAmount, delay: TimeAmount, maximumAllowableJitter: TimeAmount = .zero, context: Context,
        notifying promise: EventLoopPromise<Void>? = nil,
        _ task: @escaping @Sendable (RepeatedTask) -> EventLoopFuture<Void>
    ) throws(ContextError) -> RepeatedTask {
        let claimed = try context.enter()
        let pieces = ContextOfPieces(of: claimed)
        return repeatAsyncTask(initialDelay, delay, maximumAllowableJitter, promise) { repeated in
            pieces.run(handedOverWith: claimed) { task(repeated) }
        }
    }
}

// MARK: - With and without jitter

// NIO's overloads with jitter trap where there is none.

extension EventLoop {
    private func repeatTask(
        _ initialDelay: TimeAmount, _ delay: TimeAmount, _ jitter: TimeAmount, _ promise: EventLoopPromise<Void>?,
        _ task: @escaping @Sendable (RepeatedTask) throws -> Void
    ) -> RepeatedTask {
        if jitter > .zero {
            scheduleRepeatedTask(
                initialDelay: initialDelay, delay: delay, maximumAllowableJitter: jitter, notifying: promise, task)
        } else {
            scheduleRepeatedTask(initialDelay: initialDelay, delay: delay, notifying: promise, task)
        }
    }

    private func repeatAsyncTask(
        _ initialDelay: TimeAmount, _ delay: TimeAmount, _ jitter: TimeAmount, _ promise: EventLoopPromise<Void>?,
        _ task: @escaping @Sendable (RepeatedTask) -> EventLoopFuture<Void>
    ) -> RepeatedTask {
        if jitter > .zero {
            scheduleRepeatedAsyncTask(
                initialDelay: initialDelay, delay: delay, maximumAllowableJitter: jitter, notifying: promise, task)
        } else {
            scheduleRepeatedAsyncTask(initialDelay: initialDelay, delay: delay, notifying: promise, task)
        }
    }
}
#endif
