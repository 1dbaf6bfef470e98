// SPDX-License-Identifier: Apache-2.0
/// Something in which work can run: a ``Context``, which the work has to itself until it ends, or a ``ContextSnapshot``, of
/// which it gets a copy, with the task-local values that the snapshot carries.
///
/// Tasks, queues, threads, timers and event loops take one.
///
/// ```swift
/// let context = Context()
/// _ = try await Task(context: context) { try Request.id.set("a7") }.value
/// // `context` has the value afterwards.
/// Task(context: .current) { … }  // a copy, made here
/// ```
public protocol ContextSource: Sendable {
    /// The error that is thrown if the work can't be started; `Never` for a snapshot.
    associatedtype EntryError: Error

    /// Enters a context for work that is about to be handed over.
    ///
    /// - Throws: An ``EntryError`` if the work can't be started, and nothing is entered then.
    /// - Complexity: O(1). Safe from any thread.
    func enter() throws(EntryError) -> ClaimedContext
}

extension Context: ContextSource {
    /// Enters this context for work that is about to be handed over.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if the context is already entered, here or elsewhere.
    /// - Complexity: O(1). Safe from any thread.
    public func enter() throws(ContextError) -> ClaimedContext {
        try claim()
        return ClaimedContext(.claim(Claim(on: self)))
    }
}

extension ContextSnapshot: ContextSource {
    /// Enters a new context that starts with the snapshot's values.
    ///
    /// The work also gets the task-local values that the snapshot carries, instead of those of its creator.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public func enter() -> ClaimedContext {
        ClaimedContext(.snapshot(self))
    }
}

extension ContextSource where Self == ContextSnapshot {
    /// The values that the current context has now: ``ContextSnapshot/current``.
    ///
    /// - Complexity: That of ``ContextSnapshot/current``. Safe from any thread.
    public static var current: ContextSnapshot { ContextSnapshot.current }
}
