// SPDX-License-Identifier: Apache-2.0
import CMainThreadEntry
import ContextVars
import Foundation
import TestSupport
import Testing

/// What the probe finds in a process of its own.
@Suite struct MainThreadTests {
    @Test(.timeLimit(.minutes(15)))
    func `The main thread has a root context that lasts, and that tasks it starts copy`() async throws {
        try await expectSuccess(of: "root")
    }

    @Test(.timeLimit(.minutes(15)))
    func `A program that links the library and doesn't use it has no task-local value`() async throws {
        try await expectSuccess(of: "unused")
    }

    @Test(.timeLimit(.minutes(15)))
    func `A root that is made while somebody's binding is open isn't seen by tasks, until a later set`() async throws {
        try await expectSuccess(of: "late")
    }

    @Test(.timeLimit(.minutes(15)))
    func `A process that was forked goes on using its contexts`() async throws {
        try await expectSuccess(of: "fork")
    }

    @Test(.timeLimit(.minutes(15)), arguments: ["withoutTaskCopies", "explicitOnly"])
    func `A program that requires full support ends at the start without it, and says why`(level: String) async throws {
        let ended = try await Probe.run("require", level: level)
        #expect(ended.reason == .uncaughtSignal)
        #expect(ended.error.contains("CONTEXTVARS_RUNTIME_SUPPORT is set"), "\(ended.error)")
        #expect(ended.error.contains("Task(context: .current)"), "\(ended.error)")
    }

    @Test(.timeLimit(.minutes(15)), arguments: ["withoutTaskCopies", "explicitOnly", nil])
    func `A process says once, on standard error, what is missing`(level: String?) async throws {
        let ended = try await Probe.run("root", level: level)
        let complaints = ended.error.split(separator: "\n").filter { $0.hasPrefix("swift-contextvars: ") }
        let isMissing = level != nil || RuntimeSupport.current != .full
        #expect(complaints.count == (isMissing ? 1 : 0), "\(ended.error)")
        #expect(complaints.allSatisfy { $0.contains("Write Task(context: .current) { }") }, "\(ended.error)")
    }

    @Test(.enabled(if: RuntimeSupport.current == .full), .timeLimit(.minutes(15)))
    func `A program that requires full support goes on with it`() async throws {
        try await expectSuccess(of: "require")
    }

    private func expectSuccess(of argument: String) async throws {
        let ended = try await Probe.run(argument)
        #expect(ended.status == 0, "\(ended.output)\(ended.error)")
        #expect(ended.reason == .exit)
        #expect(ended.output == "The probe has ended.\n", "the tests ran in place of the probe")
    }
}

/// A process that runs the tests' program, which runs a part of `MainThreadProbe.swift` in place of the tests.
enum Probe {
    static func run(
        _ part: String, level: String? = nil
    ) async throws -> (status: Int32, reason: Process.TerminationReason, output: String, error: String) {
        try await onThread { try runAndWait(part, level: level) }
    }

    private static func runAndWait(
        _ part: String, level: String?
    ) throws -> (status: Int32, reason: Process.TerminationReason, output: String, error: String) {
        let process = Process()
        let (output, error) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = Array(CommandLine.arguments.dropFirst())
        var environment = [CONTEXTVARS_MAIN_THREAD_PROBE: part]
        if let level {
            environment.merge(["CONTEXTVARS_RUNTIME_SUPPORT": level, "SWIFT_BACKTRACE": "enable=no"]) { $1 }
        }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = error
        try process.run()
        let printed = try output.fileHandleForReading.readToEnd() ?? Data()
        let complained = try error.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (
            process.terminationStatus, process.terminationReason, String(decoding: printed, as: UTF8.self),
            String(decoding: complained, as: UTF8.self)
        )
    }
}
