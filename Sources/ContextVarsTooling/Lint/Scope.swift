// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// What a closure around some code does with the context: whether it opens one, keeps the caller's, or has none.
enum Surroundings {
    /// The body of `run` or `withValue`.
    case scope(Scope)
    /// A child of a task group, or an `async let`.
    case childTask
    /// A task with its own copy.
    case task
    /// Code without a context: a detached task, or a block on a thread or queue.
    case noContext(String)
    /// A block that runs later, and may have a context then: the main thread's own, or that of whoever runs it.
    case laterContext
    /// Code that runs in a context that its `context:` argument gives.
    case givenContext
    /// A body without a context on purpose: `withoutContext { }`.
    case withoutContext
    /// A closure of another kind, which may run where it is written.
    case unknown

    /// What a closure is given to.
    static func of(_ closure: ClosureExprSyntax, variables: DeclaredVariables, file: LintedFile) -> Surroundings {
        guard let call = callTaking(closure) else { return .unknown }
        if givesContext(call) || call.name == "wrap" { return .givenContext }
        if let scope = Scope(call, variables: variables, file: file) { return .scope(scope) }
        switch call.name {
        case "withoutContext": return .withoutContext
        case "addTask", "addTaskUnlessCancelled", "addImmediateTask": return .childTask
        case "Task": return .task
        case "immediate" where call.baseName == "Task": return .task
        case "detached", "immediateDetached":
            return call.baseName == "Task" ? .noContext("a detached task") : .unknown
        case "Thread", "detachNewThread": return .noContext("a new thread")
        default:
            // The caller's thread takes a part of the iterations.
            guard let kind = BlockCall.find(call, in: file), call.name != "concurrentPerform" else { return .unknown }
            return BlockCall.mayFindContext(call) ? .laterContext : .noContext(kind.place)
        }
    }

    /// Whether an argument `context:` is one of ours: other libraries have contexts too.
    private static func givesContext(_ call: CallSite) -> Bool {
        guard let context = call.call.arguments.first(where: { $0.label?.text == "context" })?.expression else {
            return false
        }
        let text = context.trimmedDescription
        return text == ".current" || text.lowercased().contains("snapshot") || text.contains("Context()")
    }

    /// The call that takes a closure as an argument or trailing closure.
    private static func callTaking(_ closure: ClosureExprSyntax) -> CallSite? {
        var node = closure.parent
        if let label = node?.as(LabeledExprSyntax.self) { node = label.parent?.parent }
        if let multiple = node?.as(MultipleTrailingClosureElementSyntax.self) { node = multiple.parent?.parent }
        return node?.as(FunctionCallExprSyntax.self).flatMap(CallSite.init)
    }
}

/// A call of `run` on a context or snapshot, or of `withValue` on a context variable.
struct Scope {
    let description: String

    init?(_ call: CallSite, variables: DeclaredVariables, file: LintedFile) {
        guard let base = call.base else { return nil }
        switch call.name {
        case "run":
            let text = base.trimmedDescription.lowercased()
            guard text.contains("context") || text.contains("snapshot") else { return nil }
            // `MainActor.run` and `ServiceContext.run` are others.
            guard !text.contains("servicecontext") else { return nil }
        case "withValue":
            guard variables.contains(base, in: file) else { return nil }
        default:
            return nil
        }
        description = "\(base.trimmedDescription).\(call.name)"
    }
}

extension SyntaxProtocol {
    /// The closures around a node from the inside out, up to the function or property that they are in.
    ///
    /// An `async let` whose initial value the node is in counts as one.
    func surroundings(variables: DeclaredVariables, file: LintedFile) -> [Surroundings] {
        var found: [Surroundings] = []
        var next = parent
        while let node = next {
            if let closure = node.as(ClosureExprSyntax.self) {
                found.append(.of(closure, variables: variables, file: file))
            } else if let variable = node.as(VariableDeclSyntax.self),
                variable.modifiers.contains(where: { $0.name.tokenKind == .keyword(.async) })
            {
                found.append(.childTask)
            } else if node.is(FunctionDeclSyntax.self) || node.is(InitializerDeclSyntax.self)
                || node.is(AccessorDeclSyntax.self) || node.is(MemberBlockSyntax.self)
            {
                break
            }
            next = node.parent
        }
        return found
    }
}
#endif
