// SPDX-License-Identifier: Apache-2.0
// The four kinds of group have no protocol in common, so each has its two methods. All do the same: enter the context, and
// add a child whose operation runs in it.

extension TaskGroup {
    /// Adds a child task that runs in the given context, which it may change.
    ///
    /// A plain child borrows its parent's context read-only. This one gets the given ``Context`` itself, or a copy of
    /// the given ``ContextSnapshot``.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: That of `addTask` without a context, plus O(1).
    @inlinable
    public mutating func addTask<Source: ContextSource>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async -> ChildTaskResult
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        addTask(name: name, priority: priority) { await claimed.run(operation) }
    }

    /// Adds a child task that runs in the given context, unless the group is cancelled.
    ///
    /// - Returns: Whether the child was added.
    /// - Throws: ``ContextError/alreadyEntered`` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: That of `addTaskUnlessCancelled` without a context, plus O(1).
    @inlinable
    @discardableResult
    public mutating func addTaskUnlessCancelled<Source: ContextSource>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async -> ChildTaskResult
    ) throws(Source.EntryError) -> Bool {
        let claimed = try context.enter()
        return addTaskUnlessCancelled(name: name, priority: priority) { await claimed.run(operation) }
    }
}

extension ThrowingTaskGroup {
    /// Adds a child task that runs in the given context, which it may change.
    ///
    /// A plain child borrows its parent's context read-only. This one gets the given ``Context`` itself, or a copy of
    /// the given ``ContextSnapshot``.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: That of `addTask` without a context, plus O(1).
    @inlinable
    public mutating func addTask<Source: ContextSource>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async throws -> ChildTaskResult
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        addTask(name: name, priority: priority) { try await claimed.run(operation) }
    }

    /// Adds a child task that runs in the given context, unless the group is cancelled.
    ///
    /// - Returns: Whether the child was added.
    /// - Throws: ``ContextError/alreadyEntered`` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: That of `addTaskUnlessCancelled` without a context, plus O(1).
    @inlinable
    @discardableResult
    public mutating func addTaskUnlessCancelled<Source: ContextSource>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async throws -> ChildTaskResult
    ) throws(Source.EntryError) -> Bool {
        let claimed = try context.enter()
        return addTaskUnlessCancelled(name: name, priority: priority) { try await claimed.run(operation) }
    }
}

extension DiscardingTaskGroup {
    /// Adds a child task that runs in the given context, which it may change.
    ///
    /// A plain child borrows its parent's context read-only. This one gets the given ``Context`` itself, or a copy of
    /// the given ``ContextSnapshot``.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: That of `addTask` without a context, plus O(1).
    @inlinable
    public mutating func addTask<Source: ContextSource>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        addTask(name: name, priority: priority) { await claimed.run(operation) }
    }

    /// Adds a child task that runs in the given context, unless the group is cancelled.
    ///
    /// - Returns: Whether the child was added.
    /// - Throws: ``ContextError/alreadyEntered`` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: That of `addTaskUnlessCancelled` without a context, plus O(1).
    @inlinable
    @discardableResult
    public mutating func addTaskUnlessCancelled<Source: ContextSource>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async -> Void
    ) throws(Source.EntryError) -> Bool {
        let claimed = try context.enter()
        return addTaskUnlessCancelled(name: name, priority: priority) { await claimed.run(operation) }
    }
}

extension ThrowingDiscardingTaskGroup {
    /// Adds a child task that runs in the given context, which it may change.
    ///
    /// A plain child borrows its parent's context read-only. This one gets the given ``Context`` itself, or a copy of
    /// the given ``ContextSnapshot``.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: That of `addTask` without a context, plus O(1).
    @inlinable
    public mutating func addTask<Source: ContextSource>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async throws -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        addTask(name: name, priority: priority) { try await claimed.run(operation) }
    }

    /// Adds a child task that runs in the given context, unless the group is cancelled.
    ///
    /// - Returns: Whether the child was added.
    /// - Throws: ``ContextError/alreadyEntered`` if a context is already entered, here or elsewhere. A snapshot never
    ///   throws.
    /// - Complexity: That of `addTaskUnlessCancelled` without a context, plus O(1).
    @inlinable
    @discardableResult
    public mutating func addTaskUnlessCancelled<Source: ContextSource>(
        context: Source, name: String? = nil, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async throws -> Void
    ) throws(Source.EntryError) -> Bool {
        let claimed = try context.enter()
        return addTaskUnlessCancelled(name: name, priority: priority) { try await claimed.run(operation) }
    }
}
