// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsDiagnostics
import ContextVarsTesting
import Dispatch
import TestSupport
import Testing

private let requestID = ContextVar<String?>("request.id")

extension Diagnosing {
    @Suite struct LossTraitTests {
        @Test(.freshContext, .failsOnContextLoss) func `A test that loses nothing passes`() async {
            _ = requestID.get()
            await Task { _ = requestID.get() }.value
        }

        @Test func `A test that loses a value fails`() async throws {
            let (trait, test) = (ContextLossTrait.failsOnContextLoss, Test.current)
            try await withKnownIssue {
                try await trait.provideScope(for: #require(test), testCase: nil) {
                    await Task.detached { _ = requestID.get() }.value
                }
            } matching: {
                $0.comments.contains { $0.rawValue.hasPrefix("a context was lost: request.id") }
            }
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
            let (isWatched, isLost) = (Gate(), Gate())
            async let losing = ContextLossDetector.watch {
                await isWatched.wait()
                await loseInThisTask()
                isLost.open()
            }
            async let quiet = ContextLossDetector.watch {
                isWatched.open()
                await isLost.wait()
            }
            let losses = await (losing: losing, quiet: quiet)
            #expect(losses.losing.filter { $0.variable == requestID }.count == 1)
            #expect(losses.quiet.isEmpty)
        }
    }
}

/// A child task has its test's context, or none.
private func loseInThisTask() async { _ = requestID.get() }
