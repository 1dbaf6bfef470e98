// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// A token that is used in another task, block or context than the one of its `set`.
struct ResetRule: CallRule {
    func check(_ call: CallSite, in file: LintedFile, _ variables: DeclaredVariables) -> Finding? {
        guard call.name == "reset", call.labels == [""], let base = call.base, variables.contains(base, in: file),
            let token = call.call.arguments.first?.expression.as(DeclReferenceExprSyntax.self)?.baseName.text
        else { return nil }
        var next = call.call.parent
        while let node = next {
            if let items = node.as(CodeBlockItemListSyntax.self), declares(token, items) { return nil }
            if let closure = node.as(ClosureExprSyntax.self) {
                switch Surroundings.of(closure, variables: variables, file: file) {
                case .unknown: break
                default:
                    guard isDeclaredAround(closure, token) else { return nil }
                    return file.finding(
                        .tokenBeyondScope, at: call.call,
                        "`\(token)` comes from another context than the one that is current here: this throws",
                        advice: "reset where you set, or use `withValue`, which restores automatically")
                }
            }
            if node.is(FunctionDeclSyntax.self) || node.is(MemberBlockSyntax.self) { return nil }
            next = node.parent
        }
        return nil
    }

    private func declares(_ name: String, _ items: CodeBlockItemListSyntax) -> Bool {
        items.contains { item in
            item.item.as(VariableDeclSyntax.self)?.bindings.contains { $0.pattern.trimmedDescription == name } ?? false
        }
    }

    private func isDeclaredAround(_ closure: ClosureExprSyntax, _ name: String) -> Bool {
        var next = closure.parent
        while let node = next {
            if let items = node.as(CodeBlockItemListSyntax.self), declares(name, items) { return true }
            next = node.parent
        }
        return false
    }
}

/// Tokens that are assigned to something that lives longer than the function.
enum AssignmentRules {
    static func check(
        _ expression: SequenceExprSyntax, in file: LintedFile, _ variables: DeclaredVariables
    ) -> [Finding] {
        var parts = expression.elements.makeIterator()
        guard let target = parts.next(), let assignment = parts.next(), assignment.is(AssignmentExprSyntax.self),
            let value = parts.next()
        else { return [] }
        return storedHandler(target, value, in: file, variables) + keptToken(target, value, in: file, variables)
    }

    private static func keptToken(
        _ target: ExprSyntax, _ value: ExprSyntax, in file: LintedFile, _ variables: DeclaredVariables
    ) -> [Finding] {
        guard let member = target.as(MemberAccessExprSyntax.self), member.base != nil,
            let call = call(in: value), call.name == "set", call.labels == [""], let base = call.base,
            variables.contains(base, in: file)
        else { return [] }
        return [
            file.finding(
                .tokenBeyondScope, at: target,
                "the token is kept in `\(target.trimmedDescription)`: it works only in the context and task of this `set`",
                advice: "keep it in a local constant and reset in the same function, or use `withValue`")
        ]
    }

    private static func call(in value: ExprSyntax) -> CallSite? {
        var value = value
        if let marked = value.as(TryExprSyntax.self) { value = marked.expression }
        return value.as(FunctionCallExprSyntax.self).flatMap(CallSite.init)
    }

    /// Handlers that a library keeps: `process.terminationHandler = { … }`.
    private static func storedHandler(
        _ target: ExprSyntax, _ value: ExprSyntax, in file: LintedFile, _ variables: DeclaredVariables
    ) -> [Finding] {
        guard let closure = value.as(ClosureExprSyntax.self), target.is(MemberAccessExprSyntax.self),
            let name = CallSite.lastName(of: target), handlers.contains(name),
            BlockContents(block: closure, file: file, variables: variables).canReadContext
        else { return [] }
        // The library knows the parameters of this one only, which `_ in` leaves to the compiler.
        let edits =
            name == "onTermination"
            ? [Edit(at: closure.positionAfterSkippingLeadingTrivia.utf8Offset, "ContextSnapshot.current.wrap ")] : []
        return [
            file.finding(
                .storedHandler, at: target, "`\(name)` is called later, without the caller's context",
                advice: "give it `ContextSnapshot.current.wrap { … }`, with the types of the parameters", edits: edits,
                imports: ["ContextVars"])
        ]
    }

    private static let handlers: Set = [
        "onTermination", "terminationHandler", "readabilityHandler", "writeabilityHandler", "completionBlock",
        "stateUpdateHandler", "newConnectionHandler", "pathUpdateHandler", "interruptionHandler", "invalidationHandler",
    ]
}
#endif
