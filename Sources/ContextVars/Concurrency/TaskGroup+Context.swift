// The four kinds of group have no protocol in common, so each has its two methods. All do the same: enter the context, and
// add a child whose operation runs in it.

extension TaskGroup {
    /// Adds a child task that runs in a certain context, which it may change.
    ///
    /// A plain child borrows its parent's context read-only. This one gets the given ``Context`` itself, or a copy of
    /// the given ``ContextSnapshot``.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if a context is entered already, here or anywhere. A snapshot never
    ///   throws.
    public mutating func addTask<Source: TaskContext>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async -> ChildTaskResult
    ) throws(Source.EntryError) {
        let entered = try context.enteredForTask()
        addTask(name: name, priority: priority) { await entered.run(operation) }
    }

    /// Adds a child task that runs in a certain context, unless the group is cancelled.
    ///
    /// - Returns: Whether the child was added.
    /// - Throws: ``ContextError/alreadyEntered`` if a context is entered already, here or anywhere. A snapshot never
    ///   throws.
    @discardableResult
    public mutating func addTaskUnlessCancelled<Source: TaskContext>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async -> ChildTaskResult
    ) throws(Source.EntryError) -> Bool {
        let entered = try context.enteredForTask()
        return addTaskUnlessCancelled(name: name, priority: priority) { await entered.run(operation) }
    }
}

extension ThrowingTaskGroup {
    /// Adds a child task that runs in a certain context, which it may change.
    ///
    /// A plain child borrows its parent's context read-only. This one gets the given ``Context`` itself, or a copy of
    /// the given ``ContextSnapshot``.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if a context is entered already, here or anywhere. A snapshot never
    ///   throws.
    public mutating func addTask<Source: TaskContext>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async throws -> ChildTaskResult
    ) throws(Source.EntryError) {
        let entered = try context.enteredForTask()
        addTask(name: name, priority: priority) { try await entered.run(operation) }
    }

    /// Adds a child task that runs in a certain context, unless the group is cancelled.
    ///
    /// - Returns: Whether the child was added.
    /// - Throws: ``ContextError/alreadyEntered`` if a context is entered already, here or anywhere. A snapshot never
    ///   throws.
    @discardableResult
    public mutating func addTaskUnlessCancelled<Source: TaskContext>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async throws -> ChildTaskResult
    ) throws(Source.EntryError) -> Bool {
        let entered = try context.enteredForTask()
        return addTaskUnlessCancelled(name: name, priority: priority) { try await entered.run(operation) }
    }
}

extension DiscardingTaskGroup {
    /// Adds a child task that runs in a certain context, which it may change.
    ///
    /// A plain child borrows its parent's context read-only. This one gets the given ``Context`` itself, or a copy of
    /// the given ``ContextSnapshot``.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if a context is entered already, here or anywhere. A snapshot never
    ///   throws.
    public mutating func addTask<Source: TaskContext>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async -> Void
    ) throws(Source.EntryError) {
        let entered = try context.enteredForTask()
        addTask(name: name, priority: priority) { await entered.run(operation) }
    }

    /// Adds a child task that runs in a certain context, unless the group is cancelled.
    ///
    /// - Returns: Whether the child was added.
    /// - Throws: ``ContextError/alreadyEntered`` if a context is entered already, here or anywhere. A snapshot never
    ///   throws.
    @discardableResult
    public mutating func addTaskUnlessCancelled<Source: TaskContext>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async -> Void
    ) throws(Source.EntryError) -> Bool {
        let entered = try context.enteredForTask()
        return addTaskUnlessCancelled(name: name, priority: priority) { await entered.run(operation) }
    }
}

extension ThrowingDiscardingTaskGroup {
    /// Adds a child task that runs in a certain context, which it may change.
    ///
    /// A plain child borrows its parent's context read-only. This one gets the given ``Context`` itself, or a copy of
    /// the given ``ContextSnapshot``.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if a context is entered already, here or anywhere. A snapshot never
    ///   throws.
    public mutating func addTask<Source: TaskContext>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async throws -> Void
    ) throws(Source.EntryError) {
        let entered = try context.enteredForTask()
        addTask(name: name, priority: priority) { try await entered.run(operation) }
    }

    /// Adds a child task that runs in a certain context, unless the group is cancelled.
    ///
    /// - Returns: Whether the child was added.
    /// - Throws: ``ContextError/alreadyEntered`` if a context is entered already, here or anywhere. A snapshot never
    ///   throws.
    @discardableResult
    public mutating func addTaskUnlessCancelled<Source: TaskContext>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async throws -> Void
    ) throws(Source.EntryError) -> Bool {
        let entered = try context.enteredForTask()
        return addTaskUnlessCancelled(name: name, priority: priority) { try await entered.run(operation) }
    }
}
