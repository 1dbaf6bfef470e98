// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// What the body of a block could do with a context.
///
/// A block that only signals, stores or converts reads no context, so losing it there costs nothing, and a linter that
/// complains is switched off.
struct BlockContents {
    let block: ClosureExprSyntax
    let file: LintedFile
    let variables: DeclaredVariables

    /// Whether the block could read a context: it calls code that isn't known to be free of them, or reads a declared
    /// variable.
    var canReadContext: Bool {
        if opensScope { return false }
        if variables.isMentioned(in: block.statements.tokens(viewMode: .sourceAccurate), of: file) { return true }
        let finder = CallFinder(viewMode: .sourceAccurate)
        finder.walk(block.statements)
        return finder.foundCall
    }

    /// Whether all of the body runs in a context that it enters itself: `{ snapshot.run { … } }`.
    private var opensScope: Bool {
        guard block.statements.count == 1, var expression = block.statements.first?.item.as(ExprSyntax.self) else {
            return false
        }
        while true {
            if let marked = expression.as(TryExprSyntax.self) {
                expression = marked.expression
            } else if let marked = expression.as(AwaitExprSyntax.self) {
                expression = marked.expression
            } else {
                break
            }
        }
        guard let call = expression.as(FunctionCallExprSyntax.self).flatMap(CallSite.init) else { return false }
        if Scope(call, variables: variables, file: file) != nil || call.name == "withoutContext" { return true }
        // Something else that runs code: `claimed.run(work)`. What `item.run()` runs is its own.
        return call.name == "run" && call.base != nil && !(call.labels.isEmpty && call.block == nil)
    }
}

/// Finds a call of code that could read a context.
private final class CallFinder: SyntaxVisitor {
    var foundCall = false

    override func visit(_ node: FunctionCallExprSyntax) -> SyntaxVisitorContinueKind {
        if foundCall { return .skipChildren }
        // A name may be missing in a file that doesn't compile: `x.()`.
        guard let call = CallSite(node), let initial = call.name.first else {
            foundCall = true
            return .skipChildren
        }
        let createsValue = call.name == "init" || initial.isUppercase
        let isCase = call.base == nil && node.calledExpression.is(MemberAccessExprSyntax.self)
        let takesClosure = call.block != nil && closureTakers.contains(call.name)
        foundCall = !(createsValue || isCase || takesClosure || plainFunctions.contains(call.name))
        return foundCall ? .skipChildren : .visitChildren
    }
}

/// Functions that take a closure and do nothing else with a context: what counts is the closure, which is looked at too.
private let closureTakers: Set = [
    "map", "flatMap", "compactMap", "filter", "forEach", "reduce", "first", "allSatisfy", "withUnsafeBytes",
    "execute", "submit", "flatSubmit", "scheduleTask", "async", "asyncAfter", "whenSuccess", "whenFailure",
    "whenComplete",
]

/// Functions of the standard library, of locks, semaphores, continuations, promises and tests, which read no context.
///
/// Whoever waits for a promise or continuation has a context, or not, by other means.
private let plainFunctions: Set = [
    "append", "insert", "remove", "removeAll", "removeFirst", "removeLast", "removeValue", "updateValue", "contains",
    "max", "min", "abs", "zip", "stride", "sorted", "reversed", "joined", "split", "dropFirst", "dropLast", "prefix",
    "hasPrefix", "hasSuffix", "swap", "withExtendedLifetime", "type",
    "assert", "assertionFailure", "precondition", "preconditionFailure", "fatalError", "print", "debugPrint", "dump",
    "exit", "abort", "assumeIsolated", "assumeIsolatedUnsafeUnchecked", "makePromise", "hop", "assertInEventLoop",
    "preconditionInEventLoop",
    "lock", "unlock", "withLock", "withLockedValue", "withLockedBox", "load", "store", "exchange", "compareExchange",
    "add", "wrappingAdd", "wrappingIncrement", "wrappingDecrement", "loadThenWrappingIncrement", "increment",
    "signal", "wait", "leave", "enter", "broadcast",
    "resume", "succeed", "fail", "completeWith", "cascade", "cascadeFailure", "cascadeSuccess", "fulfill", "finish",
    "yield", "cancel", "invalidate", "sleep", "usleep",
    // A job runs in the context of its own task.
    "runSynchronously", "asUnownedSerialExecutor", "asUnownedTaskExecutor",
    "makeSucceededFuture", "makeFailedFuture", "makeSucceededVoidFuture", "makeCompletedFuture",
    "XCTFail", "XCTAssert", "XCTAssertEqual", "XCTAssertNotEqual", "XCTAssertTrue", "XCTAssertFalse", "XCTAssertNil",
    "XCTAssertNotNil", "XCTAssertNoThrow", "XCTAssertLessThan", "XCTAssertGreaterThan", "XCTUnwrap",
]
#endif
