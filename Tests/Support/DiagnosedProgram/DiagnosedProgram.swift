// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsDiagnostics
import Foundation

/// A program that loses a context, and knows nothing of diagnostics but that it links them: `SwitchesTests` runs it.
@main struct DiagnosedProgram {
    static let requestID = ContextVar<String?>("request.id")

    static func main() async {
        // contextvars:ignore what is read here is to be lost
        await Task.detached { _ = requestID.get() }.value
        guard CommandLine.arguments.contains("--wait") else { return }
        requestID.withValue("a") {
            FileHandle.standardOutput.write(Data("waiting\n".utf8))
            // Until the test has seen what it wants.
            while let line = readLine(), line != "end" {}
        }
    }
}
