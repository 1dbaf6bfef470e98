// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsDiagnostics
import ContextVarsTesting
import Dispatch
import Testing

private let requestID = ContextVar<String?>("request.id")

extension Diagnosing {
    @Suite struct LossTraitTests {
        @Test(.freshContext, .failsOnContextLoss) func `A test that loses nothing passes`() async {
            _ = requestID.get()
            await Task { _ = requestID.get() }.value
        }

        @Test func `Losses in an operation are found, and detection ends with it`() async {
            let losses = await ContextLossDetector.watch {
                await Task.detached { _ = requestID.get() }.value
                DispatchQueue(label: "watched").sync { _ = requestID.get() }
            }
            #expect(losses.filter { $0.variable == requestID }.count >= 1)
            #expect(!ContextLossDetector.isStarted)
        }

        @Test func `What another operation loses at the same time is not blamed on this one`() async {
            let both = await withTaskGroup { group in
                for isLosing in [false, true] {
                    group.addTask {
                        let losses = await ContextLossDetector.watch {
                            if isLosing { await loseInThisTask() } else { await Task.yield() }
                        }
                        return (isLosing, losses.filter { $0.variable == requestID }.count)
                    }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(both == [false: 0, true: 1])
        }
    }
}

/// A child task has its test's context, or none.
private func loseInThisTask() async { _ = requestID.get() }
