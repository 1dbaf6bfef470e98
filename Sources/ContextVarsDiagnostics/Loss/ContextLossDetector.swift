// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation

/// Finds where a context is lost: where code reads a variable, or sets it in vain, and no context is current.
///
/// ```swift
/// ContextLossDetector.start(report: .standardError)
/// // request.id read as its default at Orders/Mailer.swift:41, on queue "mail";
/// // handed over at Orders/Orders.swift:88 by DispatchQueue.async, where it was set;
/// // write DispatchQueue.async(context: .current)
/// ```
///
/// For each variable, one loss is reported for each pair of lines: the one that reads, and the one that handed the work
/// over. The latter is known in a program that links `ContextVarsAutomatic`, whether it is enabled or not, on Linux.
/// Lines are looked up in the program's debug information, on a queue, while the program goes on.
///
/// A read isn't a loss if the variable is declared `ContextVar.readAnywhere()`, in `withoutContext`, or on the main thread
/// before anything is set there.
///
/// While it isn't started, it costs nothing where a context is current, and one load where none is. In a program that links
/// this module, `CONTEXTVARS_FIND_LOSS=1` in the environment starts it.
public enum ContextLossDetector {
    /// A destination for reports of losses.
    public struct Reporter: Sendable {
        let report: @Sendable (ContextLoss) -> Void

        /// One line for each loss on standard error.
        public static let standardError = Reporter { loss in
            StandardError.write("contextvars: lost: \(loss)\n")
        }
    }

    /// Bounds on what is kept and reported.
    public struct Limits: Sendable {
        /// How many ways to lose a context are told apart, each by its last ten callers; further ones are only counted, in
        /// ``ContextLossDetector/unlistedCount``.
        public var places: Int
        /// How many losses are reported per second; further ones are in ``ContextLossDetector/losses`` only.
        public var reportsPerSecond: Int

        /// Creates limits.
        public init(places: Int = 4096, reportsPerSecond: Int = 20) {
            self.places = places
            self.reportsPerSecond = reportsPerSecond
        }
    }

    /// Whether the detector is started.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public static var isStarted: Bool { Observers.current.contains(.losses) }

    /// Starts reporting losses, and forgets earlier ones.
    ///
    /// - Parameters:
    ///   - limits: Bounds on what is kept and reported.
    ///   - report: Called once for each pair of lines, on a queue of this module, soon after the first such loss. Its own
    ///     reads don't count as losses.
    /// - Complexity: O(1). Safe from any thread.
    public static func start(limits: Limits = Limits(), _ report: @escaping @Sendable (ContextLoss) -> Void) {
        LossDetection.begin(limits: limits, report: report)
        Observers.start(.losses)
    }

    /// Starts reporting losses, and forgets earlier ones.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public static func start(report: Reporter, limits: Limits = Limits()) {
        start(limits: limits, report.report)
    }

    /// Stops reporting.
    ///
    /// - Returns: All losses since the start, with how often each happened, including those that haven't been reported yet.
    /// - Complexity: Waits until the lines of losses that have happened before are found. Safe from any thread.
    @discardableResult
    public static func stop() -> [ContextLoss] {
        Observers.stop(.losses)
        return losses
    }

    /// The losses since the start, with how often each has happened.
    ///
    /// - Complexity: Waits until the lines of losses that have happened before are found. Safe from any thread.
    public static var losses: [ContextLoss] { LossDetection.losses().map(\.loss) }

    /// How many losses were only counted, because ``Limits/places`` was reached.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public static var unlistedCount: Int { LossDetection.unlisted }

    // MARK: - Tests

    /// The watch that the caller is part of: of a test, which isn't blamed for what others lose at the same time.
    @TaskLocal package static var currentWatch: UInt64?

    private static let watches = Locked<(last: UInt64, open: Int, wasStarted: Bool)>((0, 0, false))

    /// Runs an operation, and returns what was lost in it, also by work that was handed over in it.
    ///
    /// - Returns: Losses in the operation; and those of work whose origin isn't known, as far as they happened while no other
    ///   operation was watched.
    package static func watch(
        _ operation: @Sendable () async throws -> Void
    ) async rethrows -> [ContextLoss] {
        let (watch, wasAlone) = watches.withLock { watches -> (UInt64, Bool) in
            if watches.open == 0 {
                watches.wasStarted = isStarted
                if !watches.wasStarted { start { _ in } }
            }
            watches.open += 1
            watches.last += 1
            return (watches.last, watches.open == 1)
        }
        let before = LossDetection.losses().count
        defer {
            watches.withLock { watches in
                watches.open -= 1
                if watches.open == 0, !watches.wasStarted { Observers.stop(.losses) }
            }
        }
        try await $currentWatch.withValue(watch, operation: operation)
        let stayedAlone = wasAlone && watches.withLock { $0.last == watch }
        return LossDetection.losses().enumerated().filter { index, entry in
            entry.watch == watch || (entry.watch == nil && stayedAlone && index >= before)
        }.map(\.element.loss)
    }
}
