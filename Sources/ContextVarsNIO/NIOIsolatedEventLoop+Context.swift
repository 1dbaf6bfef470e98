// SPDX-License-Identifier: Apache-2.0
#if NIO
public import ContextVars
public import NIOCore

// The same as on `EventLoop`, for code that is on the loop already: the functions needn't be `@Sendable`.

extension NIOIsolatedEventLoop {
    /// Runs a function on this event loop, in the given context.
    ///
    /// Works like ``NIOCore/EventLoop/execute(context:_:)``.
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1).
    @available(*, noasync)
    public func execute<Source: ContextSource>(
        context: Source, _ task: @escaping () -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        execute { claimed.run(task) }
    }

    /// Runs a function on this event loop, in the given context, and returns its result.
    ///
    /// Works like ``NIOCore/EventLoop/submit(context:_:)``.
    ///
    /// - Returns: A future of what the function returns or throws.
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1).
    @available(*, noasync)
    public func submit<Source: ContextSource, Value>(
        context: Source, _ task: @escaping () throws -> Value
    ) throws(Source.EntryError) -> EventLoopFuture<Value> {
        let claimed = try context.enter()
        return submit { try claimed.run(task) }
    }

    /// Runs a function on this event loop after some time, in the given context.
    ///
    /// Works like ``NIOCore/EventLoop/scheduleTask(in:context:_:)``.
    ///
    /// - Returns: A `Scheduled` that can cancel the function, with a future of what it returns or throws.
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: That of NIO's own.
    @available(*, noasync)
    @discardableResult
    public func scheduleTask<Source: ContextSource, Value>(
        in delay: TimeAmount, context: Source, _ task: @escaping () throws -> Value
    ) throws(Source.EntryError) -> Scheduled<Value> {
        let claimed = try context.enter()
        return scheduleTask(in: delay) { try claimed.run(task) }
    }

    /// Runs a function on this event loop at a point in time, in the given context.
    ///
    /// Works like ``NIOCore/EventLoop/scheduleTask(in:context:_:)``.
    ///
    /// - Returns: A `Scheduled` that can cancel the function, with a future of what it returns or throws.
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: That of NIO's own.
    @available(*, noasync)
    @discardableResult
    public func scheduleTask<Source: ContextSource, Value>(
        deadline: NIODeadline, context: Source, _ task: @escaping () throws -> Value
    ) throws(Source.EntryError) -> Scheduled<Value> {
        let claimed = try context.enter()
        return scheduleTask(deadline: deadline) { try claimed.run(task) }
    }
}
#endif
