// SPDX-License-Identifier: Apache-2.0
extension AnyContextVar {
    /// Where a variable's value in the current context comes from.
    public enum Source: Sendable, Hashable, CaseIterable {
        /// The variable was set in this context itself: by `set`, or by the `withValue` whose body is running.
        case setHere
        /// The variable was set elsewhere, and this context is a copy: for a new task, a snapshot, a `withValue` of
        /// another variable, a block or a thread.
        case inherited
        /// The variable isn't set, or no context is current: reading it gives its default.
        case defaultValue
    }

    /// Whether the value that the variable has in the current context was set there, was inherited, or is the default.
    ///
    /// ```swift
    /// try Request.tenant.set("acme")
    /// Request.tenant.source  // .setHere
    /// Task { Request.tenant.source }  // .inherited: the task has a copy of the context
    /// Request.attempt.source  // .defaultValue
    /// ```
    ///
    /// For code that must tell its own values from inherited ones (a library that opens a transaction only where its caller
    /// hasn't, a test that checks where a value was set) and for diagnostics. A `reset` restores the answer from before the
    /// `set`. A structured child, which borrows its parent's context, gets its parent's answer. CPython has nothing like it.
    ///
    /// Asking doesn't count as a read, so the detector of lost contexts doesn't report it.
    ///
    /// - Complexity: That of ``ContextVar/get()``, plus the lock of the context. Safe from any thread and task.
    public final var source: Source { CurrentContext.source(of: self) }
}
