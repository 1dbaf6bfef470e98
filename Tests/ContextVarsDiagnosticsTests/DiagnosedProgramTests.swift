// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import Testing

/// A program that loses a context, and knows nothing of diagnostics but that it links them: what `SwitchesTests` starts.
///
/// It is the tests' program, which runs `DiagnosedProgramTests` alone. A program for this would do as well, but SwiftPM makes
/// a product of each, and `swift run` would offer it.
enum DiagnosedProgram {
    enum Part: String { case losing, waiting }

    /// In the environment, the part that the program runs.
    static let variable = "CONTEXTVARS_DIAGNOSED_PROGRAM"
    static let part = ProcessInfo.processInfo.environment[variable].flatMap(Part.init)

    static let requestID = ContextVar<String?>("request.id")
    /// What it says when it has a context.
    static let ready = "diagnosed: ready"
}

@Suite(.enabled(if: DiagnosedProgram.part != nil, "SwitchesTests runs it in another process"))
struct DiagnosedProgramTests {
    // `SwitchesTests` looks at what the process prints.
    @Test func `The part that the environment asks for`() async {
        switch DiagnosedProgram.part {
        case .losing:
            await Task.detached { _ = DiagnosedProgram.requestID.get() }.value
        case .waiting:
            DiagnosedProgram.requestID.withValue("a") {
                FileHandle.standardOutput.write(Data("\(DiagnosedProgram.ready)\n".utf8))
                // Until the test has seen what it wants.
                while readLine() != nil {}
            }
        case nil: break
        }
    }
}
