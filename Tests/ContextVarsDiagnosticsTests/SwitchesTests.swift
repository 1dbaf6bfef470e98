// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What the environment of a program switches on, in a process for itself.
@Suite struct SwitchesTests {
    /// The program, which is built beside the tests.
    private func program(_ environment: [String: String], _ arguments: [String] = []) -> Process {
        let process = Process()
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        process.executableURL = tests.appendingPathComponent("DiagnosedProgram")
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.arguments = arguments
        return process
    }

    @Test func `Losses are reported on standard error`() throws {
        let process = program(["CONTEXTVARS_FIND_LOSS": "1"])
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text.contains("contextvars: lost: request.id read as its default at"))
        #expect(text.contains("DiagnosedProgram.swift:"))
    }

    @Test func `Everything is recorded, and written at the end`() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        let process = program(["CONTEXTVARS_RECORD": file.path])
        try process.run()
        process.waitUntilExit()
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains(#""program":"DiagnosedProgram""#))
        #expect(text.contains(#""k":"lost""#))
    }

    @Test func `A signal has what is alive printed`() throws {
        let process = program(["CONTEXTVARS_INSPECT": "1"], ["--wait"])
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // It has its context when it says so.
        _ = output.fileHandleForReading.availableData
        kill(process.processIdentifier, SIGUSR2)
        var text = ""
        while !text.contains("{request.id}") {
            let data = errors.fileHandleForReading.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
        }
        input.fileHandleForWriting.write(Data("end\n".utf8))
        process.waitUntilExit()
        #expect(text.hasPrefix("contextvars: "))
        #expect(text.contains("context "))
        #expect(text.contains("{request.id}"))
        #expect(process.terminationStatus == 0)
    }
}
