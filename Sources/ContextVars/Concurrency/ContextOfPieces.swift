// SPDX-License-Identifier: Apache-2.0
/// A new context for work that comes in pieces, as the reads of a request: entered from its start until ``end()``.
///
/// A piece may run inside another one. Two pieces never run at the same time, and none after the end: that is up to the
/// caller, who runs them all on one event loop.
package struct ContextOfPieces {
    @usableFromInline let context: Context
    @usableFromInline let captured: CapturedValue?

    /// Enters a context that starts with a snapshot's values.
    ///
    /// - Complexity: O(1).
    package init(_ snapshot: ContextSnapshot) {
        context = Context(claimedWith: snapshot.values)
        context.claimForPieces()
        captured = snapshot.captured
    }

    /// The context of a claim, which the caller keeps as long as pieces run.
    package init(of claimed: ClaimedContext) {
        (context, captured) = claimed.contextForPieces
    }

    /// The values at this moment, with the task-local values that came with them.
    package var snapshot: ContextSnapshot { ContextSnapshot(context.snapshotOfValues(), captured: captured) }

    /// Runs a piece of work.
    @inlinable
    package func run(_ work: () -> Void) {
        let scope = Scope.entering(context, isSynchronous: true)
        defer {
            scope.end()
            withExtendedLifetime(context) {}
        }
        if let captured { captured.run(work) } else { work() }
    }

    /// Exits the context, which may be entered by others from now on.
    package func end() {
        context.unclaim()
    }
}
