// SPDX-License-Identifier: Apache-2.0
/// A context for work that comes in pieces, like the reads of a request: entered from its start until ``end()``.
///
/// A piece may run inside another one. Two pieces never run at the same time, and none after the end: that is up to the
/// caller, who runs them all on one event loop.
package struct ContextOfPieces: Sendable {
    private let context: Context
    private let captured: CapturedValue?

    private init(_ context: Context, _ captured: CapturedValue?) {
        (self.context, self.captured) = (context, captured)
        context.claimForPieces()
    }

    /// Enters a new context that starts with a snapshot's values.
    ///
    /// - Complexity: O(1).
    package init(_ snapshot: ContextSnapshot) {
        self.init(Context(snapshot.values), snapshot.captured)
    }

    /// The context that a claim is for, entered as long as the caller keeps the claim; a copy where others use the claim.
    package init(of claimed: ClaimedContext) {
        if case .claim(let claim) = claimed.entry, claim.use(for: .pieces) {
            self.init(claim.context, nil)
        } else {
            self.init(claimed.snapshot)
        }
    }

    /// Enters a new context that starts with the values of this one.
    ///
    /// For the event loop of the pieces, like ``snapshot``.
    ///
    /// - Complexity: O(1): one allocation.
    package func copied() -> ContextOfPieces {
        ContextOfPieces(Context(context.storage.values()), captured)
    }

    /// The current values, with the task-local values that came with them.
    ///
    /// For the event loop of the pieces: nobody else changes the values, so it needs no lock.
    package var snapshot: ContextSnapshot { ContextSnapshot(context.storage.values(), captured: captured) }

    /// Runs a piece of work.
    @discardableResult
    package func run<Result, Failure: Error>(_ work: () throws(Failure) -> Result) throws(Failure) -> Result {
        let scope = Scope.entering(context, isSynchronous: true)
        defer {
            scope.end()
            withExtendedLifetime(context) {}
        }
        if let captured { return try captured.run(work) }
        return try work()
    }

    /// Runs a piece of work that was handed over with a claim.
    package func run<Result, Failure: Error>(
        handedOverWith claimed: ClaimedContext, _ work: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        Observation.arrived(claimed.flow)
        return try run(work)
    }

    /// Exits the context, which may be entered by others from now on.
    package func end() {
        context.unclaim()
    }
}
