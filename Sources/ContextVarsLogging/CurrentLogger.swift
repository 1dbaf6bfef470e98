// SPDX-License-Identifier: Apache-2.0
#if Logging
public import ContextVars
public import Logging

/// The logger of swift-log's `withLogger`, for snapshots to carry.
///
/// `Logger.current` is kept in a task local, so it is lost in callbacks, on queues, event loops and threads. Snapshots
/// take it along if the program says so once, in `main` and after `LoggingSystem.bootstrap`:
///
/// ```swift
/// ContextSnapshot.carry(CurrentLogger.self)
///
/// withLogger(mergingMetadata: ["request-id": "a7"]) { _ in
///     let snapshot = ContextSnapshot.current
///     queue.async {
///         snapshot.run { Logger.current.info("archived") }     // request-id=a7
///     }
/// }
/// ```
///
/// Safe to use from any thread and task.
public enum CurrentLogger: ScopedValue {
    /// `Logger.current`.
    ///
    /// The first read makes the logger that is current outside any `withLogger`, with the log handler that is set by then.
    /// Snapshots read it, so bootstrap the logging system before one is taken.
    ///
    /// - Complexity: That of reading a task local.
    public static var current: Logger { Logger.current }

    /// Runs synchronous code with a logger as `Logger.current`.
    ///
    /// - Throws: Only what the operation throws.
    /// - Complexity: That of binding a task local.
    public static func withValue<Result, Failure: Error>(
        _ logger: Logger, operation: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withLogger(logger) { (_: Logger) throws(Failure) -> Result in try operation() }
    }

    /// Runs asynchronous code with a logger as `Logger.current`.
    ///
    /// The code runs on the caller's actor, but `withLogger` of swift-log 1.16 leaves the actor before and comes back.
    ///
    /// - Throws: Only what the operation throws.
    /// - Complexity: That of binding a task local.
    public nonisolated(nonsending) static func withValue<Result, Failure: Error>(
        _ logger: Logger, operation: nonisolated(nonsending) () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await withLogger(logger) { (_: Logger) async throws(Failure) -> Result in try await operation() }
    }
}
#endif
