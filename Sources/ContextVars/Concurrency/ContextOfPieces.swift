// SPDX-License-Identifier: Apache-2.0
/// A new context for work that comes in pieces, as the reads of a request: entered from its start until ``end()``.
///
/// A piece may run inside another one. Two pieces never run at the same time, and none after the end: that is up to the
/// caller, who runs them all on one event loop.
package struct ContextOfPieces: Sendable {
    @usableFromInline let context: Context
    @usableFromInline let captured: CapturedValue?
    /// What keeps the context entered, where it isn't new.
    private let claim: Claim?
    private let flow: UInt64

    private init(_ context: Context, _ captured: CapturedValue?, _ claim: Claim?, _ flow: UInt64) {
        (self.context, self.captured, self.claim, self.flow) = (context, captured, claim, flow)
        context.claimForPieces()
    }

    /// Enters a context that starts with a snapshot's values.
    ///
    /// - Complexity: O(1).
    package init(_ snapshot: ContextSnapshot) {
        self.init(Context(claimedWith: snapshot.values), snapshot.captured, nil, 0)
    }

    /// The context that a claim is for, entered as long as anybody has this value.
    package init(of claimed: ClaimedContext) {
        switch claimed.source {
        case .snapshot(let snapshot):
            self.init(Context(claimedWith: snapshot.values), snapshot.captured, nil, claimed.flow)
        case .claim(let claim):
            self.init(claim.context, nil, claim, claimed.flow)
        }
    }

    /// The values at this moment, with the task-local values that came with them.
    package var snapshot: ContextSnapshot { ContextSnapshot(context.snapshotOfValues(), captured: captured) }

    /// Runs a piece of work.
    @inlinable
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

    /// Runs a piece of work that was handed over with the claim.
    package func runHandedOver<Result, Failure: Error>(
        _ work: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        Observation.arrived(flow)
        return try run(work)
    }

    /// Exits the context, which may be entered by others from now on.
    package func end() {
        context.unclaim()
    }
}
