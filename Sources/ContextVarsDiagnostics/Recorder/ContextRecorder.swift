// SPDX-License-Identifier: Apache-2.0
import CContextVarsDiagnostics
import ContextTraceFormat
import Foundation
import Synchronization

/// Records what happens to contexts: made, copied, entered, left, set, reset, handed over, lost.
///
/// ```swift
/// try await ContextRecorder.record(to: "trace.json") {
///     try await server.run()
/// }
/// ```
///
/// The file opens in Perfetto, in `chrome://tracing` and in the page of `contextvars view`. Each event has its time, task
/// or thread, line, and the variable's name; its value only where the variable is declared
/// `ContextVar.printable()`.
///
/// Each thread writes into its own ring, without a lock, and the latest events remain. A recording can be started, stopped
/// and exported under full load; the trace says how many events were overwritten. While it isn't started, a read costs no
/// more, and other operations one more load. In a program that links this module, `CONTEXTVARS_RECORD=trace.json` in the
/// environment records the whole process.
public enum ContextRecorder {
    /// Bounds on what is kept.
    public struct Limits: Sendable {
        /// How many events of each thread are kept, rounded up to a power of two.
        ///
        /// Each takes 128 bytes.
        public var eventsPerThread: Int
        /// How many threads have rings.
        ///
        /// The rings of threads that have ended are kept until others need them.
        public var threads: Int

        /// Creates limits: by default, up to 128 MB on 64 busy threads.
        public init(eventsPerThread: Int = 16_384, threads: Int = 64) {
            self.eventsPerThread = eventsPerThread
            self.threads = threads
        }
    }

    /// The format of a file.
    public enum Format: Sendable {
        /// Chrome trace JSON, for Perfetto and the page.
        case chromeTrace
        /// A header, and a line for each event.
        case jsonLines

        /// The format for a file's name: JSON lines for `.jsonl`, Chrome trace JSON for any other.
        public init(forFile path: String) {
            self = path.hasSuffix(".jsonl") ? .jsonLines : .chromeTrace
        }
    }

    private static let startTime = Atomic<UInt64>(0)

    /// Whether events are recorded.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public static var isStarted: Bool { Observers.current.contains(.recorder) }

    /// Starts recording, and forgets what was recorded before.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public static func start(limits: Limits = Limits()) {
        startTime.store(contextvars_nanoseconds(), ordering: .relaxed)
        contextvars_forget_snapshots()
        contextvars_rings_begin(max(limits.eventsPerThread, 1), max(limits.threads, 1))
        Observers.start(.recorder)
    }

    /// Stops recording.
    ///
    /// The recorded events stay available from ``trace()`` until the next start.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public static func stop() {
        Observers.stop(.recorder)
    }

    /// The events recorded until now; recording may go on meanwhile.
    ///
    /// - Complexity: O(*n* log *n*) for *n* events, and a search for each line, once. Safe from any thread.
    public static func trace() -> Trace {
        Recording.trace(since: startTime.load(ordering: .relaxed))
    }

    /// The events recorded until now, as the contents of a file.
    ///
    /// - Complexity: That of ``trace()``.
    public static func export(as format: Format) -> Data {
        let trace = trace()
        return Data(format == .chromeTrace ? trace.chromeTrace() : trace.jsonLines())
    }

    /// Writes the events recorded until now into a file, in the format that its name implies.
    ///
    /// - Throws: Any error of writing the file.
    /// - Complexity: That of ``trace()``.
    public static func write(to path: String) throws {
        try export(as: Format(forFile: path)).write(to: URL(fileURLWithPath: path))
    }

    /// Records a piece of code into a file.
    ///
    /// The file is written however the code ends. All threads are recorded meanwhile.
    ///
    /// - Throws: What the code throws; else what writing the file throws.
    /// - Complexity: That of ``trace()``.
    @discardableResult
    public static func record<Result>(
        to path: String, limits: Limits = Limits(), _ body: () throws -> Result
    ) throws -> Result {
        start(limits: limits)
        let result: Result
        do {
            result = try body()
        } catch {
            stop()
            try? write(to: path)
            throw error
        }
        stop()
        try write(to: path)
        return result
    }

    /// Records a piece of asynchronous code into a file.
    ///
    /// The code stays on the caller's actor. Otherwise this works like the synchronous form.
    ///
    /// - Throws: What the code throws; else what writing the file throws.
    /// - Complexity: That of ``trace()``.
    @discardableResult
    public nonisolated(nonsending) static func record<Result>(
        to path: String, limits: Limits = Limits(), _ body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        start(limits: limits)
        let result: Result
        do {
            result = try await body()
        } catch {
            stop()
            try? write(to: path)
            throw error
        }
        stop()
        try write(to: path)
        return result
    }
}
