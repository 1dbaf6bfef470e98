import ContextVars
import Foundation
import Testing

/// What `MainThreadProbe` finds in a process of its own.
@Suite struct MainThreadTests {
    @Test(.timeLimit(.minutes(1)))
    func `The main thread has a root context that lasts, and that tasks it starts copy`() throws {
        try expectSuccess(of: "root")
    }

    @Test(.timeLimit(.minutes(1)))
    func `A program that links the library and doesn't use it has no task-local value`() throws {
        try expectSuccess(of: "unused")
    }

    @Test(.timeLimit(.minutes(1)))
    func `A root that is made while somebody's binding is open isn't seen by tasks, until a later set`() throws {
        try expectSuccess(of: "late")
    }

    @Test(.timeLimit(.minutes(1)))
    func `A process that was forked goes on using its contexts`() throws {
        try expectSuccess(of: "fork")
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["withoutTaskCopies", "explicitOnly"])
    func `A program that requires full support ends at the start without it, and says why`(level: String) throws {
        let ended = try Probe.run("require", level: level)
        #expect(ended.reason == .uncaughtSignal)
        #expect(ended.error.contains("CONTEXTVARS_RUNTIME_SUPPORT is set"), "\(ended.error)")
        #expect(ended.error.contains("Task(context: .current)"), "\(ended.error)")
    }

    @Test(.timeLimit(.minutes(1)))
    func `A program that requires full support goes on with it`() throws {
        guard RuntimeSupport.current == .full else { return }
        try expectSuccess(of: "require")
    }

    private func expectSuccess(of argument: String) throws {
        let ended = try Probe.run(argument)
        #expect(ended.status == 0, "\(ended.output)\(ended.error)")
        #expect(ended.reason == .exit)
    }

}

/// A process that runs `MainThreadProbe`.
enum Probe {
    static func run(
        _ argument: String, level: String? = nil
    ) throws -> (status: Int32, reason: Process.TerminationReason, output: String, error: String) {
        let process = Process()
        let (output, error) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("MainThreadProbe")
        process.arguments = [argument]
        process.standardOutput = output
        process.standardError = error
        if let level {
            let environment = ["CONTEXTVARS_RUNTIME_SUPPORT": level, "SWIFT_BACKTRACE": "enable=no"]
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        }
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
