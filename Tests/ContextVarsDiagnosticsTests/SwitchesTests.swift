// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// What the environment of a program switches on, in a process for itself.
@Suite(.timeLimit(.minutes(15))) struct SwitchesTests {
    @Test func `Losses are reported on standard error`() async throws {
        let errors = try await onThread {
            let program = try DiagnosedProcess(running: .losing, ["CONTEXTVARS_FIND_LOSS": "1"])
            defer { program.end() }
            return try program.errors.readToEnd()
        }
        let text = String(decoding: errors ?? Data(), as: UTF8.self)
        #expect(text.contains("contextvars: lost: request.id read as its default at"))
        #expect(text.contains("DiagnosedProgramTests.swift:"))
    }

    @Test func `Everything is recorded, and written at the end`() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        _ = try await onThread { try DiagnosedProcess(running: .losing, ["CONTEXTVARS_RECORD": file.path]).end() }
        let text = try String(contentsOf: file, encoding: .utf8)
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).lastPathComponent
        #expect(text.contains(#""program":"\#(program)""#))
        #expect(text.contains(#""k":"lost""#))
    }

    @Test func `A signal has what is alive printed, again and again`() async throws {
        let (reports, status) = try await onThread {
            let program = try DiagnosedProcess(running: .waiting, ["CONTEXTVARS_INSPECT": "1"])
            // It has its context when it says so.
            _ = program.text(from: program.output, upTo: DiagnosedProgram.ready)
            let reports = (1...3).map { _ in
                program.signal(SIGUSR2)
                return program.text(from: program.errors, upTo: "{request.id}")
            }
            return (reports, program.end())
        }
        for report in reports {
            #expect(report.contains("contextvars: 1 context\ncontext "))
            #expect(report.contains("{request.id}"))
        }
        #expect(status == 0)
    }
}

/// A process that runs the tests' program, which runs one of `DiagnosedProgramTests`.
///
/// Its functions block.
private struct DiagnosedProcess {
    private let process = Process()
    private let inputPipe = Pipe()
    private let outputPipe = Pipe()
    private let errorPipe = Pipe()

    init(running part: DiagnosedProgram.Part, _ environment: [String: String]) throws {
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = DiagnosticsProcess.arguments(
            toRun: "ContextVarsDiagnosticsTests.DiagnosedProgramTests")
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            .merging([DiagnosedProgram.variable: part.rawValue]) { $1 }
        process.standardInput = inputPipe
        process.standardOutput = outputPipe
        process.standardError = errorPipe
        // What a thread of Dispatch starts inherits that nearly every signal is blocked.
        var (blocked, before) = (sigset_t(), sigset_t())
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGUSR2)
        pthread_sigmask(SIG_BLOCK, &blocked, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
    }

    var output: FileHandle { outputPipe.fileHandleForReading }
    var errors: FileHandle { errorPipe.fileHandleForReading }

    func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    /// What it writes until a text has come, or until it has ended.
    func text(from file: FileHandle, upTo end: String) -> String {
        var text = ""
        while !text.contains(end) {
            let data = file.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
        }
        return text
    }

    /// Lets it end, and returns its status.
    @discardableResult
    func end() -> Int32 {
        try? inputPipe.fileHandleForWriting.close()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
