// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A context that is entered for work that runs later: until the work ends or, if it never runs, until no copy of this value
/// is left.
///
/// Safe to use from any thread. Copies are O(1), and share the entry.
public struct ClaimedContext: Sendable {
    @usableFromInline
    enum Entry: Sendable {
        case claim(Claim)
        case snapshot(ContextSnapshot)
    }

    let entry: Entry
    /// What diagnostics call the handover.
    let flow = Observation.handedOver()

    init(_ entry: Entry) {
        self.entry = entry
    }

    /// The current values, with the task-local values that came with them.
    package var snapshot: ContextSnapshot {
        switch entry {
        case .claim(let claim): ContextSnapshot(claim.context)
        case .snapshot(let snapshot): snapshot
        }
    }

    /// Runs work outside tasks in the context, and exits it before anybody can learn that the work has ended.
    ///
    /// For the integrations with queues, threads and the like. Some let a user run the same work again: that has a copy
    /// of the values, because by then the context is free for others.
    package func run<Result, Failure: Error>(_ work: () throws(Failure) -> Result) throws(Failure) -> Result {
        Observation.arrived(flow)
        guard case .claim(let claim) = entry, claim.use(for: .work) else { return try snapshot.run(work) }
        let scope = Scope.entering(claim.context, isSynchronous: true)
        defer {
            scope.end()
            claim.context.unclaim()
        }
        return try work()
    }
}

/// The right to be the only one who runs in a context that is entered.
@usableFromInline
final class Claim: Sendable {
    /// What a claim is used for.
    enum Use: UInt8, AtomicRepresentable {
        case none
        /// Work that runs once, and exits the context when it ends.
        case work
        /// Pieces of work, for as long as the claim exists.
        case pieces
    }

    let context: Context
    private let use = Atomic(Use.none)

    /// Takes over a claim that has just been made.
    init(on context: Context) {
        self.context = context
    }

    deinit {
        if use.load(ordering: .relaxed) != .work { context.unclaim() }
    }

    /// Whether the caller is the first to use it.
    func use(for use: Use) -> Bool {
        self.use.compareExchange(expected: .none, desired: use, ordering: .relaxed).exchanged
    }
}

// MARK: - Tasks

extension ClaimedContext {
    /// Runs a task's operation in the context, and exits it before anybody can learn that the task has ended.
    ///
    /// Like `Scope.run(in:_:)`, which would take a closure around the operation.
    @inlinable
    @inline(__always)
    package nonisolated(nonsending) func run<Result: Sendable>(
        _ operation: @isolated(any) () async throws -> Result
    ) async rethrows -> Result {
        if let captured = capturedOnArrival() { return try await run(binding: captured, operation) }
        if let used = valuesIfUsed() { return try await run(inCopyOf: used, operation) }
        let scope = begin()
        defer { end(scope) }
        return try await operation()
    }

    @usableFromInline
    @inline(never)
    nonisolated(nonsending) func run<Result: Sendable>(
        binding captured: CapturedValue, _ operation: @isolated(any) () async throws -> Result
    ) async rethrows -> Result {
        let scope = begin()
        defer { end(scope) }
        return try await captured.run { () async throws in try await operation() }
    }

    /// Not inlined: only a `ContextSource` of a user's own may hand out one claim twice.
    @usableFromInline
    @inline(never)
    nonisolated(nonsending) func run<Result: Sendable>(
        inCopyOf used: ContextSnapshot, _ operation: @isolated(any) () async throws -> Result
    ) async rethrows -> Result {
        let scope = Scope.copying(used, isSynchronous: false)
        defer {
            scope.end()
            withExtendedLifetime(used) {}
        }
        return try await operation()
    }

    /// What the snapshot carries, for work that starts now.
    @usableFromInline
    func capturedOnArrival() -> CapturedValue? {
        Observation.arrived(flow)
        guard case .snapshot(let snapshot) = entry else { return nil }
        return snapshot.captured
    }

    /// The values of a claim's context, where another work has used the claim: that has the context, or had it.
    @usableFromInline
    func valuesIfUsed() -> ContextSnapshot? {
        guard case .claim(let claim) = entry, !claim.use(for: .work) else { return nil }
        return ContextSnapshot(claim.context)
    }

    @usableFromInline
    func begin() -> Scope {
        switch entry {
        case .snapshot(let snapshot):
            return .copying(snapshot, isSynchronous: false)
        case .claim(let claim):
            return .entering(claim.context, isSynchronous: false)
        }
    }

    @usableFromInline
    func end(_ scope: Scope) {
        scope.end()
        if case .claim(let claim) = entry { claim.context.unclaim() }
    }
}
