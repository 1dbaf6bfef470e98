import CMainThreadEntry
import Foundation
import Testing

@Suite struct MainThreadTests {
    @Test(.timeLimit(.minutes(1)))
    func `The main thread has a root context that lasts, and that tasks it starts copy`() async throws {
        let process = Process()
        let output = Pipe()
        // This very program, which runs the probe in place of the tests.
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = Array(CommandLine.arguments.dropFirst())
        process.environment = ProcessInfo.processInfo.environment
            .merging([CONTEXTVARS_MAIN_THREAD_PROBE: "1"]) { $1 }
        process.standardOutput = output
        try process.run()
        let printed = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && process.terminationReason == .exit, "\(printed)")
        #expect(printed == "The probe has ended.\n", "the tests ran in place of the probe")
    }
}
