// SPDX-License-Identifier: Apache-2.0
extension ContextVar {
    /// What a variable's value becomes where work is handed over: to a new task, a queue, a thread or a callback.
    ///
    /// ```swift
    /// static let transaction = ContextVar<Transaction?>("db.transaction", inheritance: .never)
    /// static let depth = ContextVar("depth", default: 0, inheritance: .transformed { $0 + 1 })
    /// ```
    ///
    /// Work is handed over where a copy of the current context is made for it:
    ///
    /// | | What the other side has |
    /// |---|---|
    /// | `Task { }` and other unstructured tasks | What the rule says |
    /// | ``ContextSnapshot/current``, and so `context: .current` | What the rule says, once, when it is taken |
    /// | `group.addTask { }` in a `run` or `withValue` in the group's body, which the runtime copies too | What the rule says |
    /// | `async let`, any other `group.addTask { }` | The parent's value: they borrow its context |
    /// | `withValue`, in the same task or thread | All values |
    /// | ``copyContext()``, ``Context/copy()``, ``ContextSnapshot/init(_:)`` | All values: PEP 567's copies are complete |
    /// | `Task(context: context)`, `context.run { }` | That context, as it is |
    public enum Inheritance: Sendable {
        /// The same value.
        case copied
        /// Nothing: the variable is unset there, and reads as its default.
        case never
        /// The function's result for the value. It isn't called where the variable isn't set.
        ///
        /// It is called where and when the work is handed over. A plain task's copy is made while the task is being created,
        /// even if nothing ever reads it: keep the function short, and free of side effects. In a `Task(context:)` it is also
        /// called for the copy that the task would otherwise have had.
        case transformed(@Sendable (Value) -> Value)
    }
}
