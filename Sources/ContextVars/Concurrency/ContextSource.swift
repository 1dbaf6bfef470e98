// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Something that work can run in: a ``Context``, which the work has to itself until it ends, or a ``ContextSnapshot``, of
/// which it gets a copy, with the task-local values that the snapshot carries.
///
/// Tasks, queues, threads, timers and event loops take one.
///
/// ```swift
/// let context = Context()
/// try await Task(context: context) { try Request.id.set("a7") }.value
/// // `context` has the value afterwards.
/// Task(context: .current) { … }  // a copy, made here
/// ```
public protocol ContextSource: Sendable {
    /// What is thrown where the work can't be started: `Never` for a snapshot.
    associatedtype EntryError: Error

    /// Enters a context for work that is about to be handed over.
    func enter() throws(EntryError) -> ClaimedContext
}

extension Context: ContextSource {
    /// Enters this context for work that is about to be handed over.
    ///
    /// - Throws: ``ContextError/alreadyEntered`` if the context is already entered, here or elsewhere.
    /// - Complexity: O(1). Safe from any thread.
    public func enter() throws(ContextError) -> ClaimedContext {
        try claim()
        return ClaimedContext(.context(self))
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
    /// The values of the current context at this moment: ``ContextSnapshot/current``.
    public static var current: ContextSnapshot { ContextSnapshot.current }
}

/// A context that is entered for work that runs later: until the work ends or, if it never runs, until this object is gone.
public final class ClaimedContext: Sendable {
    enum Source {
        case context(Context)
        case snapshot(ContextSnapshot)
    }

    private let source: Source
    /// What diagnostics call the hand-over.
    private let flow = Observation.handedOver()
    private let hasRun = Atomic<Bool>(false)
    /// The context of a snapshot that runs in pieces.
    private let contextOfPieces = AtomicLazyReference<Context>()

    init(_ source: Source) {
        self.source = source
    }

    deinit {
        if case .context(let context) = source, !hasRun.load(ordering: .relaxed) { context.unclaim() }
    }

    /// The values at this moment, with the task-local values that came with them.
    package var snapshot: ContextSnapshot {
        switch source {
        case .context(let context): ContextSnapshot(context)
        case .snapshot(let snapshot):
            contextOfPieces.load().map { ContextSnapshot($0.snapshotOfValues(), captured: snapshot.captured) }
                ?? snapshot
        }
    }

    /// Runs a task's operation in the context, and exits it before anybody can learn that the task has ended.
    ///
    /// Allocates nothing of the task's memory between the ends of the scope, as `Scope.run(in:_:)`, which would take a closure
    /// around the operation.
    @inline(never)
    package nonisolated(nonsending) func run<Result: Sendable>(
        _ operation: @isolated(any) () async throws -> Result
    ) async rethrows -> Result {
        Observation.arrived(flow)
        let scope = begin()
        defer { end(scope) }
        if case .snapshot(let snapshot) = source, let captured = snapshot.captured {
            return try await captured.run { () async throws in try await operation() }
        }
        return try await operation()
    }

    private func begin() -> Scope {
        switch source {
        case .snapshot(let snapshot):
            return .copying(snapshot, isSynchronous: false)
        case .context(let context):
            hasRun.store(true, ordering: .relaxed)
            return .entering(context, isSynchronous: false)
        }
    }

    private func end(_ scope: Scope) {
        scope.end()
        if case .context(let context) = source { context.unclaim() }
    }

    /// Runs work that is no task's in the context, and exits it before anybody can learn that the work has ended.
    ///
    /// For the integrations with queues, threads and the like. Some let a user run the same work again: that has a copy
    /// of the values, because by then the context is free for others.
    package func run<Result, Failure: Error>(_ work: () throws(Failure) -> Result) throws(Failure) -> Result {
        Observation.arrived(flow)
        guard case .context(let context) = source, !hasRun.exchange(true, ordering: .relaxed) else {
            return try snapshot.run(work)
        }
        let scope = Scope.entering(context, isSynchronous: true)
        defer {
            scope.end()
            context.unclaim()
        }
        return try work()
    }

    /// Runs one of many pieces of work in the context, which stays entered until this object is gone.
    ///
    /// For work that comes in pieces, as the events of a channel do. A piece may run inside another one. Two pieces never
    /// run at the same time: that is up to the caller, who runs them all on one event loop. The innermost
    /// piece owns the context, and those further out wait for it.
    package func runPiece<Result, Failure: Error>(_ work: () throws(Failure) -> Result) throws(Failure) -> Result {
        Observation.arrived(flow)
        let (context, captured) = contextForPieces
        let scope = Scope.entering(context, isSynchronous: true)
        defer {
            scope.end()
            withExtendedLifetime(context) {}
        }
        if let captured { return try captured.run(work) }
        return try work()
    }

    /// The context in which pieces of work run, and the task-local values that came with it.
    var contextForPieces: (context: Context, captured: CapturedValue?) {
        switch source {
        case .context(let context):
            context.claimForPieces()
            return (context, nil)
        case .snapshot(let snapshot):
            let context = contextOfPieces.load() ?? contextOfPieces.storeIfNil(Context(claimedWith: snapshot.values))
            context.claimForPieces()
            return (context, snapshot.captured)
        }
    }
}
