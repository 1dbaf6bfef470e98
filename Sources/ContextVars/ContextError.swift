/// Why a context operation was refused.
///
/// Two errors are equal if they have the same ``code``, so that the constants serve for matching:
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
/// The ``description`` names the variable, context or token, and tells what to write instead. Where CPython has the
/// same error, it starts with CPython's words.
public struct ContextError: Error, Equatable, Sendable {
    /// What kind of refusal an error is.
    public enum Code: String, CaseIterable, Sendable {
        /// A variable is to be changed where no context is current.
        case noCurrentContext
        /// A variable is to be changed in a structured child task, in the context of its parent.
        case borrowedContext
        /// A context is to be entered that is already entered somewhere.
        case alreadyEntered
        /// A context is to be exited that hasn't been entered.
        case notEntered
        /// A context is to be exited that isn't the current one of the thread state.
        case notCurrent
        /// A token is to be used a second time.
        case tokenUsed
        /// A token is to be used with another variable than the one that made it.
        case tokenFromDifferentVar
        /// A token is to be used in another context than the one that made it.
        case tokenFromDifferentContext
        /// A variable has no value and no default.
        case lookup
    }

    /// What kind of refusal this is.
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
    /// ``Code/noCurrentContext``, to match errors with.
    public static let noCurrentContext = ContextError(.noCurrentContext, "the variable")
    /// ``Code/borrowedContext``, to match errors with.
    public static let borrowedContext = ContextError(.borrowedContext, "the variable")
    /// ``Code/alreadyEntered``, to match errors with.
    public static let alreadyEntered = ContextError(.alreadyEntered, "the context")
    /// ``Code/notEntered``, to match errors with.
    public static let notEntered = ContextError(.notEntered, "the context")
    /// ``Code/notCurrent``, to match errors with.
    public static let notCurrent = ContextError(.notCurrent, "the context")
    /// ``Code/tokenUsed``, to match errors with.
    public static let tokenUsed = ContextError(.tokenUsed, "the token")
    /// ``Code/tokenFromDifferentVar``, to match errors with.
    public static let tokenFromDifferentVar = ContextError(.tokenFromDifferentVar, "the token")
    /// ``Code/tokenFromDifferentContext``, to match errors with.
    public static let tokenFromDifferentContext = ContextError(.tokenFromDifferentContext, "the token")
    /// ``Code/lookup``, to match errors with.
    public static let lookup = ContextError(.lookup, "the variable")

    /// Whether a caught error is a `ContextError` of the same ``code``: lets `catch` name a constant where the error's
    /// type isn't known.
    public static func ~= (pattern: ContextError, error: any Error) -> Bool {
        (error as? ContextError) == pattern
    }
}

extension ContextError: CustomStringConvertible {
    /// What was refused, and what to write instead.
    public var description: String {
        switch code {
        case .noCurrentContext:
            """
            cannot change \(subject): no context is current here. Write `context.run { … }` or \
            `variable.withValue(…) { … }` around this code, or start the task with `Task(context:)`\
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
            "\(subject) has already been used once. Reset with the token of the latest `set`"
        case .tokenFromDifferentVar:
            "\(subject) was created by a different ContextVar. Write `token.var.reset(token)`"
        case .tokenFromDifferentContext:
            """
            \(subject) was created in a different Context. Reset in the context and task in which you called `set`, or \
            write `variable.withValue(…) { … }`, which restores by itself
            """
        case .lookup:
            """
            \(subject) has no value in the current context, and no default. Set it first, or read it with `get()` or \
            `get(default:)`
            """
        }
    }
}
