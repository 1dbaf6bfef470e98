import Foundation
import Testing

@Suite struct MainThreadTests {
    @Test(.timeLimit(.minutes(1)))
    func `The main thread has a root context that lasts, and that tasks it starts copy`() async throws {
        let probe = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("MainThreadProbe")
        let process = Process()
        let output = Pipe()
        process.executableURL = probe
        process.standardOutput = output
        try process.run()
        let printed = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: printed, as: UTF8.self))")
        #expect(process.terminationReason == .exit)
    }
}
