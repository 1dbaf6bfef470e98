// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation

// Timers are for snapshots only: a timer may fire any number of times, and each time needs its own context.

extension Timer {
    /// Creates a timer on the current run loop whose block runs with a snapshot's values.
    ///
    /// Each firing has a new context that starts with them. The timer keeps the snapshot until it is invalidated and freed.
    /// (On Linux, Foundation never frees the block of a timer, nor what that keeps.)
    ///
    /// ```swift
    /// Timer.scheduledTimer(withTimeInterval: 60, repeats: true, context: .current) { _ in
    ///     report()
    /// }
    /// ```
    ///
    /// - Complexity: That of `scheduledTimer(withTimeInterval:repeats:block:)`. Safe from any thread.
    @discardableResult
    public static func scheduledTimer(
        withTimeInterval interval: TimeInterval, repeats: Bool, context snapshot: ContextSnapshot,
        block: @escaping @Sendable (Timer) -> Void
    ) -> Timer {
        scheduledTimer(withTimeInterval: interval, repeats: repeats) { timer in snapshot.run { block(timer) } }
    }

    /// Creates a timer, to be added to a run loop, whose block runs with a snapshot's values.
    ///
    /// Each firing has a new context that starts with them.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public convenience init(
        timeInterval interval: TimeInterval, repeats: Bool, context snapshot: ContextSnapshot,
        block: @escaping @Sendable (Timer) -> Void
    ) {
        self.init(timeInterval: interval, repeats: repeats) { timer in snapshot.run { block(timer) } }
    }

    /// Creates a timer that fires first at a date, to be added to a run loop, and whose block runs with a snapshot's
    /// values.
    ///
    /// Each firing has a new context that starts with them.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public convenience init(
        fire date: Date, interval: TimeInterval, repeats: Bool, context snapshot: ContextSnapshot,
        block: @escaping @Sendable (Timer) -> Void
    ) {
        self.init(fire: date, interval: interval, repeats: repeats) { timer in snapshot.run { block(timer) } }
    }
}
