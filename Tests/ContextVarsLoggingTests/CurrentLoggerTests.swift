// SPDX-License-Identifier: Apache-2.0
#if Logging
import ContextVars
import ContextVarsLogging
import Foundation
import InMemoryLogging
import Logging
import TestSupport
import Testing

/// `Logger.current`, where snapshots carry it.
///
/// That is a choice for a whole process, so each test has a process of its own.
@Suite struct CurrentLoggerTests {
    @Test func `A queue and a thread log with the logger of the snapshot, and not without it`() async {
        await #expect(processExitsWith: .success) {
            let (logger, log) = start()
            let snapshot = withLogger(logger) { _ in
                withLogger(mergingMetadata: ["request-id": "a7"]) { _ in ContextSnapshot.current }
            }
            await onQueue {
                #expect(Logger.current.label == "", "without the snapshot the logger is lost")
                snapshot.run { Logger.current.info("queue") }
                #expect(Logger.current.label == "")
            }
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    snapshot.run { Logger.current.info("thread") }
                    continuation.resume()
                }
            }
            #expect(log.entries.map(\.message) == ["queue", "thread"])
            #expect(log.entries.allSatisfy { $0.metadata == ["request-id": "a7"] })
        }
    }

    @Test func `Tasks with a snapshot, and detached ones that run in it, have its logger`() async {
        await #expect(processExitsWith: .success) {
            let (logger, log) = start()
            let snapshot = withLogger(logger) { _ in ContextSnapshot.current }
            await Task(context: snapshot) {
                await Task.yield()
                Logger.current.info("task")
            }.value
            await withTaskGroup { group in
                group.addTask(context: snapshot) { Logger.current.info("child") }
            }
            await Task.detached {
                await snapshot.run {
                    await Task.yield()
                    Logger.current.info("detached")
                }
            }.value
            #expect(log.entries.map(\.message) == ["task", "child", "detached"])
        }
    }

    @Test func `The level and the variables of the snapshot go along`() async {
        await #expect(processExitsWith: .success) {
            let id = ContextVar<String?>("request.id")
            let (logger, log) = start(.contextVars([LoggedVariable(id)]))
            let snapshot = withLogger(logger) { _ in
                withLogger(logLevel: .debug) { _ in id.withValue("a7") { ContextSnapshot.current } }
            }
            await onQueue(snapshot.wrap { Logger.current.debug("details") })
            #expect(log.entries.map(\.metadata) == [["request.id": "a7"]])
        }
    }

    @Test func `Having had no logger is carried too`() async {
        await #expect(processExitsWith: .success) {
            let (logger, _) = start()
            let snapshot = ContextSnapshot.current
            await withLogger(logger) { _ in
                snapshot.run { #expect(Logger.current.label == "") }
                await snapshot.run {
                    await Task.yield()
                    #expect(Logger.current.label == "")
                }
                #expect(Logger.current.label == "test")
            }
        }
    }

    @Test func `What a body throws goes through`() async {
        await #expect(processExitsWith: .success) {
            let (logger, _) = start()
            let snapshot = withLogger(logger) { _ in ContextSnapshot.current }
            #expect(throws: Failure.self) { try snapshot.run { () throws(Failure) in throw Failure() } }
            await #expect(throws: Failure.self) {
                try await snapshot.run { () async throws(Failure) in
                    await Task.yield()
                    throw Failure()
                }
            }
            #expect(Logger.current.label == "")
        }
    }

    @Test func `Asynchronous code runs on the caller's actor`() async {
        await #expect(processExitsWith: .success) {
            let (logger, log) = start()
            let snapshot = withLogger(logger) { _ in ContextSnapshot.current }
            await Caller().log(in: snapshot)
            #expect(log.entries.map(\.message) == ["on the actor"])
        }
    }
}

private struct Failure: Error {}

private actor Caller {
    func log(in snapshot: ContextSnapshot) async {
        await snapshot.run { () async in await logOnActor(self) }
    }
}

private nonisolated(nonsending) func logOnActor(_ actor: Caller) async {
    #expect(#isolation === actor)
    await Task.yield()
    Logger.current.info("on the actor")
}

/// Has snapshots carry the current logger, and makes one with a handler that keeps what it logs.
private func start(_ provider: Logger.MetadataProvider? = nil) -> (Logger, InMemoryLogHandler) {
    ContextSnapshot.carry(CurrentLogger.self)
    var handler = InMemoryLogHandler()
    handler.metadataProvider = provider
    return (Logger(label: "test") { [handler] _ in handler }, handler)
}
#endif
