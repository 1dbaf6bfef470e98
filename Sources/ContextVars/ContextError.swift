// SPDX-License-Identifier: Apache-2.0
/// Why a context operation was refused.
///
/// Two errors are equal if they have the same ``code``, so the constants can be used for matching:
///
/// ```swift
/// do {
///     try Request.id.set("a7")
/// } catch .borrowedContext {
///     try await Request.id.withValue("a7") { … }
/// } catch {
///     throw error
/// }
/// ```
///
/// The ``description`` names the variable, context or token, and says what to write instead. Where CPython has the
/// same error, it starts with CPython's words.
///
/// Immutable, and safe to use from any thread.
public struct ContextError: Error, Equatable, Sendable {
    /// The reasons for which an operation can be refused.
    public enum Code: String, CaseIterable, Sendable {
        /// No context is current, so a variable can't be changed.
        case noCurrentContext
        /// The current context belongs to the parent of a structured child task, which can't change it.
        case borrowedContext
        /// The context is already entered, here or elsewhere.
        case alreadyEntered
        /// The context hasn't been entered, so it can't be exited.
        case notEntered
        /// The context isn't the current one of the thread state, so it can't be exited.
        case notCurrent
        /// The token has been used before.
        case tokenUsed
        /// The token was made by another variable.
        case tokenFromDifferentVar
        /// The token was made in another context.
        case tokenFromDifferentContext
        /// The variable has no value and no default.
        case lookup
    }

    /// The reason for which the operation was refused.
    public let code: Code

    /// The variable, context or token that the refusal is about, or what stands for it in general.
    let subject: String

    init(_ code: Code, _ subject: String) {
        self.code = code
        self.subject = subject
    }

    /// Whether both errors have the same ``code``.
    ///
    /// - Complexity: O(1).
    public static func == (lhs: ContextError, rhs: ContextError) -> Bool {
        lhs.code == rhs.code
    }
}

extension ContextError {
    /// No context is current, so a variable can't be changed.
    public static let noCurrentContext = ContextError(.noCurrentContext, "the variable")
    /// The current context belongs to the parent of a structured child task, which can't change it.
    public static let borrowedContext = ContextError(.borrowedContext, "the variable")
    /// The context is already entered, here or elsewhere.
    public static let alreadyEntered = ContextError(.alreadyEntered, "the context")
    /// The context hasn't been entered, so it can't be exited.
    public static let notEntered = ContextError(.notEntered, "the context")
    /// The context isn't the current one of the thread state, so it can't be exited.
    public static let notCurrent = ContextError(.notCurrent, "the context")
    /// The token has been used before.
    public static let tokenUsed = ContextError(.tokenUsed, "the token")
    /// The token was made by another variable.
    public static let tokenFromDifferentVar = ContextError(.tokenFromDifferentVar, "the token")
    /// The token was made in another context.
    public static let tokenFromDifferentContext = ContextError(.tokenFromDifferentContext, "the token")
    /// The variable has no value and no default.
    public static let lookup = ContextError(.lookup, "the variable")

    /// Whether a caught error is a `ContextError` of the same ``code``: lets `catch` name a constant where the error's
    /// type isn't known.
    ///
    /// - Complexity: O(1).
    public static func ~= (pattern: ContextError, error: any Error) -> Bool {
        (error as? ContextError) == pattern
    }
}

extension ContextError: CustomStringConvertible {
    /// Says what was refused, and what to write instead.
    ///
    /// - Complexity: Linear in the length of the text.
    public var description: String {
        switch code {
        case .noCurrentContext:
            """
            cannot change \(subject): no context is current here. Where other code handed this work over, take \
            `ContextSnapshot.current` there, and write `snapshot.run { … }` here, or `Task(context:)` for a task. Where new \
            work begins, write `Context().run { … }` or `variable.withValue(…) { … }`\
            \(RuntimeSupport.known.withLock { $0.reasonForNoContext })
            """
        case .borrowedContext:
            """
            cannot change \(subject): the current context belongs to the parent of this `async let` or task group \
            child. Write `variable.withValue(…) { … }` in the child, or start it with `group.addTask(context:)`
            """
        case .alreadyEntered:
            """
            cannot enter context: \(subject) is already entered. Write `context.copy().run { … }`, or use a \
            `ContextSnapshot`, which can run any number of times at once
            """
        case .notEntered:
            "cannot exit context: \(subject) has not been entered. Pair each `exit(_:)` with one `enter(_:)`"
        case .notCurrent:
            """
            cannot exit context: \(subject) is not the current context of this thread state. Exit the contexts in the \
            reverse order of entering them, on the `ThreadState` that entered them
            """
        case .tokenUsed:
            "\(subject) has already been used once, and restores once. Remove this `reset`, or use a later `set`'s token"
        case .tokenFromDifferentVar:
            "\(subject) was created by a different ContextVar. Write `token.var.reset(token)`"
        case .tokenFromDifferentContext:
            """
            \(subject) was created in a different Context. Reset in the context and task in which you called `set`, or \
            write `variable.withValue(…) { … }`, which restores the value automatically
            """
        case .lookup:
            """
            \(subject) has no value here, and no default: it isn't set in the current context, or no context is current. Set \
            it first, or take a `ContextSnapshot` to where it is read, or read it with `get()`
            """
        }
    }
}
