// SPDX-License-Identifier: Apache-2.0
#if NIO
public import ContextVars
public import NIOCore

// `context:` has no default value. With one, the compiler would take NIO's own overload wherever the argument is left out,
// and the context would be silently lost.

extension EventLoop {
    /// Runs a function on this event loop, in the given context.
    ///
    /// NIO's own `execute` loses the context: the thread of an event loop has none. This one runs the function in a copy
    /// of the given `ContextSnapshot`, or in the given `Context` itself, which is then entered from this call until the
    /// function has returned.
    ///
    /// ```swift
    /// loop.execute(context: .current) { log("flushed") }  // with the values of this line
    /// ```
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread and task.
    public func execute<Source: ContextSource>(
        context: Source, _ task: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        execute { claimed.run(task) }
    }

    /// Runs a function on this event loop, in the given context, and returns its result.
    ///
    /// Works like ``execute(context:_:)``. The callbacks of the future are not covered: write `.inContext(.current)` after it.
    ///
    /// - Returns: A future of what the function returns or throws.
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread and task.
    public func submit<Source: ContextSource, Value>(
        context: Source, _ task: @escaping @Sendable () throws -> Value
    ) throws(Source.EntryError) -> EventLoopFuture<Value> {
        let claimed = try context.enter()
        return submit { try claimed.run(task) }
    }

    /// Runs a function that makes a future on this event loop, in the given context.
    ///
    /// Works like ``submit(context:_:)``. The context is that of the function, not of what it starts: write
    /// `.inContext(.current)` before the callbacks of a chain in it.
    ///
    /// - Returns: A future of the result of the function's future.
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread and task.
    public func flatSubmit<Source: ContextSource, Value: Sendable>(
        context: Source, _ task: @escaping @Sendable () -> EventLoopFuture<Value>
    ) throws(Source.EntryError) -> EventLoopFuture<Value> {
        let claimed = try context.enter()
        return flatSubmit { claimed.run(task) }
    }
}

// MARK: - Later

extension EventLoop {
    /// Runs a function on this event loop after some time, in the given context.
    ///
    /// Works like ``submit(context:_:)``. A `Context` is entered from this call until the function has ended or has been
    /// cancelled.
    ///
    /// - Returns: A `Scheduled` that can cancel the function, with a future of what it returns or throws.
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: That of NIO's own. Safe from any thread and task.
    @discardableResult
    public func scheduleTask<Source: ContextSource, Value>(
        in delay: TimeAmount, context: Source, _ task: @escaping @Sendable () throws -> Value
    ) throws(Source.EntryError) -> Scheduled<Value> {
        let claimed = try context.enter()
        return scheduleTask(in: delay) { try claimed.run(task) }
    }

    /// Runs a function on this event loop at a point in time, in the given context.
    ///
    /// Works like ``scheduleTask(in:context:_:)``.
    ///
    /// - Returns: A `Scheduled` that can cancel the function, with a future of what it returns or throws.
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: That of NIO's own. Safe from any thread and task.
    @discardableResult
    public func scheduleTask<Source: ContextSource, Value>(
        deadline: NIODeadline, context: Source, _ task: @escaping @Sendable () throws -> Value
    ) throws(Source.EntryError) -> Scheduled<Value> {
        let claimed = try context.enter()
        return scheduleTask(deadline: deadline) { try claimed.run(task) }
    }

    /// Runs a function that makes a future on this event loop after some time, in the given context.
    ///
    /// Like ``scheduleTask(in:context:_:)`` and `flatSubmit`.
    ///
    /// - Returns: A `Scheduled` that can cancel the function, with a future of its future's result.
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: That of NIO's own. Safe from any thread and task.
    @discardableResult
    public func flatScheduleTask<Source: ContextSource, Value: Sendable>(
        in delay: TimeAmount, context: Source, file: StaticString = #fileID, line: UInt = #line,
        _ task: @escaping @Sendable () throws -> EventLoopFuture<Value>
    ) throws(Source.EntryError) -> Scheduled<Value> {
        let claimed = try context.enter()
        return flatScheduleTask(in: delay, file: file, line: line) { try claimed.run(task) }
    }

    /// Runs a function that makes a future on this event loop at a point in time, in the given context.
    ///
    /// Like ``scheduleTask(in:context:_:)`` and `flatSubmit`.
    ///
    /// - Returns: A `Scheduled` that can cancel the function, with a future of its future's result.
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: That of NIO's own. Safe from any thread and task.
    @discardableResult
    public func flatScheduleTask<Source: ContextSource, Value: Sendable>(
        deadline: NIODeadline, context: Source, file: StaticString = #fileID, line: UInt = #line,
        _ task: @escaping @Sendable () throws -> EventLoopFuture<Value>
    ) throws(Source.EntryError) -> Scheduled<Value> {
        let claimed = try context.enter()
        return flatScheduleTask(deadline: deadline, file: file, line: line) { try claimed.run(task) }
    }
}
#endif
