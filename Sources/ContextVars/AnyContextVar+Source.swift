// SPDX-License-Identifier: Apache-2.0
extension AnyContextVar {
    /// Where the value comes from that a variable has in the current context.
    public enum Source: Sendable, Hashable, CaseIterable {
        /// The variable was set in this context itself: by `set`, or by the `withValue` whose body is running.
        case setHere
        /// The variable was set elsewhere, and this context is a copy: that of a new task, a snapshot, a `withValue` of
        /// another variable, a block, a thread.
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
    /// For code that must not take over what it was merely handed (a library that opens a transaction only where its caller
    /// hasn't, a test that checks who has set what) and for diagnostics. A `reset` restores what this was before the `set`.
    /// A structured child, which borrows its parent's context, has its parent's answer. CPython has nothing like it.
    ///
    /// To ask is not to read: the detector of lost contexts isn't told.
    ///
    /// - Complexity: As ``ContextVar/get()``, with the lock of the context. Safe from any thread and task.
    public final var source: Source { CurrentContext.source(of: self) }
}

extension ContextVar {
    /// Whether the value that the variable has in the current context of an explicit thread state was set there, was
    /// inherited, or is the default.
    ///
    /// - Complexity: As ``AnyContextVar/source``, with the lock of the state as well.
    public func source(in state: ThreadState) -> Source {
        let context = state.context
        return withExtendedLifetime(context) { context.storage.source(of: self) }
    }
}
