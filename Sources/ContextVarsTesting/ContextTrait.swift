// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Testing

/// Determines the context in which a test runs: ``Testing/Trait/contextValue(_:_:)``, ``Testing/Trait/context(_:)`` or
/// ``Testing/Trait/freshContext``.
///
/// Each test, and each case of a parameterised test, has its own context, which it may change; none sees what
/// another sets. A suite's traits apply to all tests in it. Several traits apply in the order in which they are
/// written, a suite's before its tests'.
public struct ContextTrait: TestTrait, SuiteTrait, TestScoping {
    /// The values of a test, from those around it.
    let makeValues: @Sendable (ContextSnapshot) throws -> ContextSnapshot

    /// `true`: a suite's tests inherit the trait.
    public var isRecursive: Bool { true }

    /// Runs a test, or one case of it, in its own context.
    ///
    /// - Throws: Whatever creating a value or running the test throws.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await makeValues(.current).run(function)
    }
}

extension Trait where Self == ContextTrait {
    /// Gives a variable a value in a test, or in each test of a suite.
    ///
    /// ```swift
    /// @Suite(.contextValue(Request.tenant, "acme")) struct BillingTests {
    ///     @Test(.contextValue(Request.id, "a7")) func invoices() { … }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - variable: The variable to set.
    ///   - value: Its value, created for each test and each case of a parameterised test. If this throws, the test fails.
    /// - Complexity: One scope and one value for each test.
    public static func contextValue<Value>(
        _ variable: ContextVar<Value>, _ value: @autoclosure @escaping @Sendable () throws -> Value
    ) -> Self {
        ContextTrait { try $0.with(variable, value()) }
    }

    /// Runs a test, or each test of a suite, in a new context that starts with a snapshot's values and has no others.
    ///
    /// - Complexity: One scope for each test.
    public static func context(_ snapshot: ContextSnapshot) -> Self {
        ContextTrait { _ in snapshot }
    }

    /// Runs a test, or each test of a suite, in a new empty context.
    ///
    /// Without it, a test may have no context, and then can't `set` a variable.
    ///
    /// - Complexity: One scope for each test.
    public static var freshContext: Self { .context(ContextSnapshot()) }
}
