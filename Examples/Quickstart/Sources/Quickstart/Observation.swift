// SPDX-License-Identifier: Apache-2.0
import ContextVarsDiagnostics

/// What `--find-loss` and `--record` do.
struct Observation {
    let findsLoss: Bool
    let file: String?

    func start() {
        if findsLoss { ContextLossDetector.start(report: .standardError) }
        if file != nil { ContextRecorder.start(limits: .init(eventsPerThread: 65_536)) }
    }

    func end() throws {
        if findsLoss { ContextLossDetector.stop() }
        guard let file else { return }
        ContextRecorder.stop()
        try ContextRecorder.write(to: file)
        print("Recorded into \(file)")
    }
}
