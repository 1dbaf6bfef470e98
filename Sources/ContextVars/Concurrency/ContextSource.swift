import Synchronization

/// What a task can be given to run in: a ``Context``, which it has for itself until it ends, or a ``ContextSnapshot``,
/// of which it gets a copy, and the task-local values that it carries.
///
/// ```swift
/// let context = Context()
/// await (try Task(context: context) { try Request.id.set("a7") }).value  // `context` has the value afterwards
/// Task(context: .current) { … }                                          // a copy, made here
/// ```
public protocol ContextSource: Sendable {
    /// What is thrown where a task can't be started: `Never` for a snapshot.
    associatedtype EntryError: Error

    /// Enters a context for a task that is about to be created.
    func enter() throws(EntryError) -> ClaimedContext
}

extension Context: ContextSource {
    /// Enters this context for a task that is about to be created.
    ///
    /// - Complexity: O(1).
    ///
    /// - Throws: ``ContextError/alreadyEntered``.
    public func enter() throws(ContextError) -> ClaimedContext {
        try claim()
        return ClaimedContext(self)
    }
}

extension ContextSnapshot: ContextSource {
    /// Enters a new context that starts with the snapshot's values.
    ///
    /// The task also gets the task-local values that the snapshot carries, instead of those of its creator.
    ///
    /// - Complexity: O(1).
    public func enter() -> ClaimedContext {
        ClaimedContext(Context(enteredWith: values), captured: captured)
    }
}

extension ContextSource where Self == ContextSnapshot {
    /// The values of the current context at this moment: ``ContextSnapshot/current``.
    public static var current: ContextSnapshot { ContextSnapshot.current }
}

/// A context that is entered for a task, or for other work that runs later: until that ends or, if it never runs, until
/// it is gone.
public final class ClaimedContext: Sendable {
    private let context: Context
    private let captured: CapturedValue?
    private let hasRun = Atomic<Bool>(false)

    init(_ context: Context, captured: CapturedValue? = nil) {
        self.context = context
        self.captured = captured
    }

    deinit {
        if !hasRun.load(ordering: .relaxed) { context.unclaim() }
    }

    /// The context's values at this moment, with the task-local values that came with it.
    package var snapshot: ContextSnapshot { ContextSnapshot(context.snapshotOfValues(), captured: captured) }

    /// Runs the task's operation in the context, and exits it before anybody can learn that the task has ended.
    package nonisolated(nonsending) func run<Result: Sendable, Failure: Error>(
        _ operation: @isolated(any) () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        hasRun.store(true, ordering: .relaxed)
        if let captured {
            return try await captured.run(in: Binding(context, for: .asynchronous)) {
                () async throws(Failure) -> Result in try await operation()
            }
        }
        return try await runOnce(in: Binding(context, for: .asynchronous)) { () async throws(Failure) -> Result in
            try await operation()
        }
    }

    /// Runs work that is no task's in the context, and exits it before anybody can learn that the work has ended.
    ///
    /// For the integrations with queues, threads and the like. Some let a user run the same work again: that has a copy
    /// of the context's values, because by then the context is free for others.
    package func run<Result, Failure: Error>(_ work: () throws(Failure) -> Result) throws(Failure) -> Result {
        guard !hasRun.exchange(true, ordering: .relaxed) else {
            return try snapshot.run(work)
        }
        return try run(in: Binding(context, for: .synchronous), work)
    }

    /// Runs one of many pieces of work in the context, which stays entered until this object is gone.
    ///
    /// For work that comes in pieces, as the events of a channel do. A piece may run inside another one. Two pieces never
    /// run at the same time: that is up to the caller, who runs them all on one event loop. Then the context's owner is
    /// whoever runs the innermost piece, and those further out wait for it.
    package func runPiece<Result, Failure: Error>(_ work: () throws(Failure) -> Result) throws(Failure) -> Result {
        try run(in: Binding(context, for: .synchronous, exitsContext: false), work)
    }

    private func run<Result, Failure: Error>(
        in binding: @autoclosure () -> Binding, _ work: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if let captured { return try captured.run(in: binding(), work) }
        return try runOnce(in: binding(), work)
    }
}
