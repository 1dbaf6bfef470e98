// SPDX-License-Identifier: Apache-2.0
extension Task where Failure == Never {
    /// Starts a task that runs in the given context.
    ///
    /// A plain `Task { }` gets a copy of the current context. This one gets the given ``Context`` itself, so that what
    /// it sets can be read there afterwards, or a copy of the given ``ContextSnapshot``, like the `context` parameter of
    /// `asyncio.create_task`. Otherwise the task behaves like one made by `Task.init`, including `name` and
    /// `priority`: it inherits the priority, the other task-local values and the actor of its creator.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: That of `Task.init`, plus O(1). Safe from any thread and task.
    @inlinable
    @discardableResult
    public init<Source: ContextSource>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        isolation: isolated (any Actor)? = #isolation,
        @_inheritActorContext @_implicitSelfCapture operation: sending @escaping @isolated(any) () async -> Success
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        self.init(name: name, priority: priority) {
            // Captured, the actor is where the task is enqueued: tasks that it creates start in order.
            _ = isolation
            return await claimed.run(operation)
        }
    }
}

extension Task where Failure == any Error {
    /// Starts a task that runs in the given context and may throw.
    ///
    /// Works like the form for operations that don't throw; the task's `value` throws what the operation throws.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: That of `Task.init`, plus O(1). Safe from any thread and task.
    @inlinable
    @discardableResult
    public init<Source: ContextSource>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        isolation: isolated (any Actor)? = #isolation,
        @_inheritActorContext @_implicitSelfCapture operation:
            sending @escaping @isolated(any) () async throws -> Success
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        self.init(name: name, priority: priority) {
            _ = isolation
            return try await claimed.run(operation)
        }
    }
}
