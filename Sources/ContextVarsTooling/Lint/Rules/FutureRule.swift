// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// Callbacks of `EventLoopFuture`, one finding for each chain.
struct FutureRule: CallRule {
    func check(_ call: CallSite, in file: LintedFile, _ variables: DeclaredVariables) -> Finding? {
        guard file.usesNIO, let base = call.base, isCallback(call) else { return nil }
        let inner = calls(in: base)
        // The first callback of a chain reports for all.
        guard !inner.contains(where: { $0.name == "inContext" || isCallback($0) }) else { return nil }
        let chain = callbacks(from: call)
        guard isFuture(base, inner, chain) else { return nil }
        let reads = chain.contains { callback in
            callback.block.map { BlockContents(block: $0, file: file, variables: variables).canReadContext } ?? false
        }
        guard reads else { return nil }
        return file.finding(
            .futureCallback, at: call.call.calledExpression.cast(MemberAccessExprSyntax.self).declName,
            "the callbacks of this future run without the caller's context, or in that of the code that completes the promise",
            advice: "write `.inContext(.current)` before them, and `.future` after them if a future is needed",
            edits: edits(base, chain), imports: ["ContextVars", "ContextVarsNIO"])
    }

    private func isCallback(_ call: CallSite) -> Bool {
        guard call.base != nil, call.block != nil else { return false }
        return futureMethods.contains(call.name)
            || ["map", "flatMap"].contains(call.name) && call.hasOnlyLabels(["", "file", "line"])
    }

    /// The calls that an expression is made of, from the outside in.
    private func calls(in expression: ExprSyntax) -> [CallSite] {
        var found: [CallSite] = []
        var next: ExprSyntax? = expression
        while let expression = next {
            if let call = expression.as(FunctionCallExprSyntax.self) {
                guard let site = CallSite(call) else { break }
                found.append(site)
                next = site.base
            } else if let member = expression.as(MemberAccessExprSyntax.self) {
                next = member.base
            } else if let chain = expression.as(OptionalChainingExprSyntax.self) {
                next = chain.expression
            } else {
                break
            }
        }
        return found
    }

    /// The callbacks that follow each other directly, from the first one on.
    private func callbacks(from first: CallSite) -> [CallSite] {
        var found = [first]
        while let last = found.last, let member = last.call.parent?.as(MemberAccessExprSyntax.self),
            let outer = member.parent?.as(FunctionCallExprSyntax.self).flatMap(CallSite.init), isCallback(outer)
        {
            found.append(outer)
        }
        return found
    }

    /// Whether it is a future: by the methods in the chain, or by what makes it.
    private func isFuture(_ base: ExprSyntax, _ inner: [CallSite], _ chain: [CallSite]) -> Bool {
        if chain.contains(where: { futureMethods.contains($0.name) && !resultMethods.contains($0.name) }) {
            return true
        }
        let name = CallSite.lastName(of: base) ?? ""
        if name.hasSuffix("Future") || name.hasSuffix("future") || name == "futureResult" { return true }
        return inner.first.map { futureMakers.contains($0.name) } ?? false
    }

    private func edits(_ base: ExprSyntax, _ chain: [CallSite]) -> [Edit] {
        guard let last = chain.last else { return [] }
        // A chain in `a?.b` has a type that depends on all of it; so has one with a call that isn't a callback's.
        guard !base.is(OptionalChainingExprSyntax.self) else { return [] }
        var edits = [Edit(at: base.endPositionBeforeTrailingTrivia.utf8Offset, ".inContext(.current)")]
        if !last.name.hasPrefix("when") {
            edits.append(Edit(at: last.call.endPositionBeforeTrailingTrivia.utf8Offset, ".future"))
        }
        return edits
    }
}

/// Methods with a callback that `EventLoopFuture` and `ContextFuture` have, other than `map` and `flatMap`.
private let futureMethods: Set = [
    "flatMapThrowing", "flatMapResult", "flatMapError", "flatMapErrorThrowing", "recover", "whenSuccess", "whenFailure",
    "whenComplete", "always", "flatMapWithEventLoop", "flatMapErrorWithEventLoop", "foldWithEventLoop",
    "flatMapBlocking",
    "whenSuccessBlocking", "whenFailureBlocking", "whenCompleteBlocking",
]

/// Those of them whose names other types have too.
private let resultMethods: Set = ["flatMapError", "recover", "always"]

/// Functions of NIO whose result is a future.
private let futureMakers: Set = [
    "makeSucceededFuture", "makeFailedFuture", "makeSucceededVoidFuture", "makeFutureWithTask", "makeCompletedFuture",
    "flatSubmit", "writeAndFlush", "hop",
]
#endif
