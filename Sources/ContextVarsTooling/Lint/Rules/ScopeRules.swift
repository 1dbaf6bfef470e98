// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// Promises that are completed in a scope: callbacks that others added run at once, in this context.
struct PromiseRule: CallRule {
    func check(_ call: CallSite, in file: LintedFile, _ variables: DeclaredVariables) -> Finding? {
        guard file.usesNIO, ["succeed", "fail", "completeWith"].contains(call.name),
            call.baseName?.lowercased().hasSuffix("promise") == true
        else { return nil }
        for surroundings in call.call.surroundings(variables: variables, file: file) {
            switch surroundings {
            case .unknown: continue
            case .scope(let scope):
                return finding(call, "the body of `\(scope.description)`", in: file)
            case .givenContext:
                return finding(call, "a block with a context", in: file)
            case .childTask, .task, .noContext, .laterContext, .withoutContext: return nil
            }
        }
        return nil
    }

    private func finding(_ call: CallSite, _ scope: String, in file: LintedFile) -> Finding {
        let base = call.base?.trimmedDescription ?? ""
        return file.finding(
            .promiseInScope, at: call.call,
            """
            this promise is completed in \(scope): plain callbacks of other code that is waiting for it may run at once, and \
            read and change this context
            """,
            advice: "complete it outside of the scope, or write `\(base).withoutContext().\(call.name)(…)`",
            edits: call.base.map { base in
                [Edit(at: base.endPositionBeforeTrailingTrivia.utf8Offset, ".withoutContext()")]
            } ?? [], imports: ["ContextVars", "ContextVarsNIO"])
    }
}

/// `set` where it throws: in structured child tasks, and where no context is current.
struct SetRules: CallRule {
    func check(_ call: CallSite, in file: LintedFile, _ variables: DeclaredVariables) -> Finding? {
        guard call.name == "set", call.labels == [""], let base = call.base, variables.contains(base, in: file) else {
            return nil
        }
        for surroundings in call.call.surroundings(variables: variables, file: file) {
            switch surroundings {
            case .unknown: continue
            case .scope, .task, .givenContext, .laterContext: return nil
            case .childTask:
                return file.finding(
                    .setInChildTask, at: call.call,
                    "a structured child task can't change its parent's context: this throws",
                    advice:
                        "use `\(base.trimmedDescription).withValue(…) { … }`, or start the child with `context: .current`"
                )
            case .noContext(let place):
                return file.finding(
                    .setWithoutContext, at: call.call, "no context is current on \(place): this throws",
                    advice: "write `Context().run { … }` around it, or give the block a `context:`")
            case .withoutContext:
                return file.finding(
                    .setWithoutContext, at: call.call, "no context is current in `withoutContext`: this throws",
                    advice: "write `Context().run { … }` around it")
            }
        }
        return nil
    }
}

/// Tasks without an end that keep their creator's context.
struct EndlessTaskRule: CallRule {
    func check(_ call: CallSite, in file: LintedFile, _ variables: DeclaredVariables) -> Finding? {
        guard call.name == "Task", call.base == nil, !call.hasLabel("context"), let block = call.block,
            block.statements.contains(where: isEndlessLoop)
        else { return nil }
        return file.finding(
            .endlessTask, at: call.call,
            "this task never ends, and keeps its creator's values: for instance those of the first request",
            advice: "start it with `Task(context: ContextSnapshot())`, unless it belongs to one piece of work")
    }

    private func isEndlessLoop(_ statement: CodeBlockItemSyntax) -> Bool {
        var loop = Syntax(statement.item)
        if let expression = loop.as(ExpressionStmtSyntax.self) { loop = Syntax(expression.expression) }
        if let loop = loop.as(WhileStmtSyntax.self) {
            return ["true", "!Task.isCancelled"].contains(loop.conditions.trimmedDescription) && !leaves(loop.body)
        }
        if let loop = loop.as(RepeatStmtSyntax.self) {
            return loop.condition.trimmedDescription == "true" && !leaves(loop.body)
        }
        return false
    }

    /// Whether a loop is left by `break` or `return`.
    private func leaves(_ body: CodeBlockSyntax) -> Bool {
        body.tokens(viewMode: .sourceAccurate).contains { token in
            [.keyword(.break), .keyword(.return)].contains(token.tokenKind)
        }
    }
}
#endif
