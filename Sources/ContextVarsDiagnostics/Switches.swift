// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the environment switches on in a program that links this module, without an edit.
///
/// | variable | does |
/// |---|---|
/// | `CONTEXTVARS_FIND_LOSS=1` | reports losses on standard error |
/// | `CONTEXTVARS_RECORD=FILE` | records from the start, and writes the file when the program exits |
/// | `CONTEXTVARS_INSPECT=1` | starts the inspector, which answers `SIGUSR2` on standard error |
enum Switches {
    static func apply(_ environment: [String: String]) {
        if environment["CONTEXTVARS_FIND_LOSS"] == "1" {
            ContextLossDetector.start(report: .standardError)
            // A short program ends before the lines of its losses are found.
            atexit { ContextLossDetector.stop() }
        }
        if let file = environment["CONTEXTVARS_RECORD"], !file.isEmpty {
            ContextRecorder.start()
            atexit {
                // A C function can't capture the name.
                guard let file = ProcessInfo.processInfo.environment["CONTEXTVARS_RECORD"] else { return }
                ContextRecorder.stop()
                do {
                    try ContextRecorder.write(to: file)
                } catch {
                    StandardError.write("contextvars: the trace wasn't written: \(error)\n")
                }
            }
        }
        if environment["CONTEXTVARS_INSPECT"] == "1" {
            ContextInspector.start()
            ContextInspector.reportOnSignal()
        }
    }
}

/// Called when the program is loaded (`switches.c`).
@c(contextvars_apply_switches)
package func applySwitches() {
    Switches.apply(ProcessInfo.processInfo.environment)
}
