// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// Blocks that libraries run later, elsewhere: queues, threads, operations, timers, notifications, event loops.
struct BlockRules: CallRule {
    func check(_ call: CallSite, in file: LintedFile, _ variables: DeclaredVariables) -> Finding? {
        if call.name == "pthread_create", call.base == nil || call.baseName == "Glibc" {
            return file.finding(
                .threadBlock, at: call.call, "the new thread runs without the caller's context",
                advice: "take `ContextSnapshot.current` here, hand it over behind the pointer, and `run` in it there")
        }
        if call.name == "detached", call.baseName == "Task", call.block != nil {
            return detached(call, in: file, variables)
        }
        guard let block = call.block, let kind = BlockCall.find(call, in: file),
            BlockContents(block: block, file: file, variables: variables).canReadContext
        else { return nil }
        let message = "this block runs on \(kind.place), without the caller's context"
        // Where the name of the method is, not where a long chain begins.
        let place =
            call.call.calledExpression.as(MemberAccessExprSyntax.self).map { Syntax($0.declName) } ?? Syntax(call.call)
        guard let module = kind.module else {
            return file.finding(
                kind.rule, at: place, message,
                advice: "give it `ContextSnapshot.current.wrap { … }`, with the types of the parameters",
                edits: URLSessionHandler(call)?.edits ?? [], imports: ["ContextVars"])
        }
        return file.finding(
            kind.rule, at: place, message, advice: "pass `context: .current`",
            edits: [call.insertingContext], imports: ["ContextVars", module])
    }

    private func detached(_ call: CallSite, in file: LintedFile, _ variables: DeclaredVariables) -> Finding? {
        guard let block = call.block, !call.hasLabel("context"),
            BlockContents(block: block, file: file, variables: variables).canReadContext
        else { return nil }
        return file.finding(
            .detachedTask, at: call.call, "a detached task starts without a context",
            advice: """
                write `Task { … }`, or take `ContextSnapshot.current` before it and `run` in that; if it is intended, say why: \
                `// contextvars:ignore reason`
                """)
    }
}

/// The completion handler of a `URLSession` task whose parameters are known.
private struct URLSessionHandler {
    let edits: [Edit]

    init?(_ call: CallSite) {
        guard let closure = call.call.trailingClosure, let signature = closure.signature, signature.capture == nil,
            case .simpleInput(let names)? = signature.parameterClause, names.count == 3
        else { return nil }
        let first = call.name == "downloadTask" ? "URL?" : "Data?"
        let types = [first, "URLResponse?", "(any Error)?"]
        let parameters = zip(names, types).map { "\($0.name.text): \($1)" }.joined(separator: ", ")
        guard let parenthesis = call.call.rightParen else { return nil }
        edits = [
            Edit(
                parenthesis.position.utf8Offset..<closure.positionAfterSkippingLeadingTrivia.utf8Offset,
                ", completionHandler: ContextSnapshot.current.wrap "),
            Edit(
                names.positionAfterSkippingLeadingTrivia.utf8Offset..<names.endPositionBeforeTrailingTrivia.utf8Offset,
                "(\(parameters))"),
            Edit(at: closure.endPositionBeforeTrailingTrivia.utf8Offset, ")"),
        ]
    }
}
#endif
