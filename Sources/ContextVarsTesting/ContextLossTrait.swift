// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsDiagnostics
import Testing

/// Fails a test in which a context is lost: ``Testing/Trait/failsOnContextLoss``.
public struct ContextLossTrait: TestTrait, SuiteTrait, TestScoping {
    /// `true`: a suite's tests inherit the trait.
    public var isRecursive: Bool { true }

    /// Runs a test, or one case of it, and records an issue for each loss.
    ///
    /// - Throws: What the test throws.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let losses = try await ContextLossDetector.watch(function)
        for loss in losses {
            Issue.record("a context was lost: \(loss)", sourceLocation: test.sourceLocation)
        }
    }
}

extension Trait where Self == ContextLossTrait {
    /// Fails a test, or each test of a suite, if a variable is read or set in vain where no context is current.
    ///
    /// ```swift
    /// @Suite(.freshContext, .failsOnContextLoss) struct MailerTests { … }
    /// ```
    ///
    /// A test has no context unless something gives it one, such as ``Testing/Trait/freshContext``: write that first.
    /// A test is blamed for losses in its own task and child tasks, and for those of other work, such as blocks on queues, if
    /// no other test with this trait is running, or if the program links `ContextVarsAutomatic`, which knows whose work it
    /// is. Work that outlives the test isn't waited for.
    public static var failsOnContextLoss: Self { ContextLossTrait() }
}
