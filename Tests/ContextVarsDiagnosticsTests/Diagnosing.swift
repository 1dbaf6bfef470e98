// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// What diagnoses a process is on or off for all of it.
///
/// So these tests run one after the other, in a process where no others run: ``DiagnosticsTests`` starts it.
@Suite(.serialized, .enabled(if: DiagnosticsProcess.isThisOne, "DiagnosticsTests runs them in another process"))
enum Diagnosing {}

@Suite struct DiagnosticsTests {
    @Test(.timeLimit(.minutes(15))) func `Diagnostics find what happens in a process`() async throws {
        try #require(!DiagnosticsProcess.isThisOne)
        let ended = try await onThread { try DiagnosticsProcess.run() }
        #expect(ended.status == 0, "\(ended.output)")
        #expect(ended.output.contains(/Test run with [1-9][0-9]+ tests/), "\(ended.output)")
    }
}

/// Lines of tests.
enum Lines {
    /// Whether the line of a call can be told.
    ///
    /// The optimiser makes one function of several, and leaves calls without a line.
    #if DEBUG
    static let areKnown = true
    #else
    static let areKnown = false
    #endif
}

/// A process that runs this target's other tests, with the program that runs this one.
enum DiagnosticsProcess {
    private static let variable = "CONTEXTVARS_DIAGNOSTICS_PROCESS"

    static let isThisOne = ProcessInfo.processInfo.environment[variable] != nil

    static func run() throws -> (status: Int32, output: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = arguments(toRun: "ContextVarsDiagnosticsTests.Diagnosing")
        process.environment = ProcessInfo.processInfo.environment.merging([variable: "1"]) { $1 }
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let printed = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, printed)
    }

    /// The arguments of this process, with another choice of tests.
    static func arguments(toRun tests: String) -> [String] {
        var arguments: [String] = []
        var rest = CommandLine.arguments.dropFirst()
        while let argument = rest.popFirst() {
            if argument == "--filter" || argument == "--skip" {
                rest = rest.dropFirst()
            } else {
                arguments.append(argument)
            }
        }
        return arguments + ["--no-parallel", "--filter", tests]
    }
}
