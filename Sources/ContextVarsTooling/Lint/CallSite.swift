// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// A call, taken apart into what rules look at.
struct CallSite {
    let call: FunctionCallExprSyntax
    /// The called method, function or type: `async` of `queue.async { }`.
    let name: String
    /// What a method is called on.
    let base: ExprSyntax?
    /// The labels of the arguments in parentheses; an empty string where there is none.
    let labels: [String]

    init?(_ call: FunctionCallExprSyntax) {
        var callee = call.calledExpression
        if let generic = callee.as(GenericSpecializationExprSyntax.self) { callee = generic.expression }
        if let member = callee.as(MemberAccessExprSyntax.self) {
            name = member.declName.baseName.text
            base = member.base
        } else if let reference = callee.as(DeclReferenceExprSyntax.self) {
            name = reference.baseName.text
            base = nil
        } else {
            return nil
        }
        self.call = call
        self.labels = call.arguments.map { $0.label?.text ?? "" }
    }

    /// The closure that is given as the first trailing one, or else as the last argument.
    var block: ClosureExprSyntax? {
        call.trailingClosure ?? call.arguments.last?.expression.as(ClosureExprSyntax.self)
    }

    /// Whether the block takes no parameter, as those of queues and event loops: a method of the same name whose block
    /// takes one is another method.
    var blockTakesNothing: Bool {
        guard let block else { return true }
        switch block.signature?.parameterClause {
        case .simpleInput(let names)?: return names.isEmpty
        case .parameterClause(let clause)?: return clause.parameters.isEmpty
        case nil:
            return !block.statements.tokens(viewMode: .sourceAccurate).contains {
                $0.tokenKind == .dollarIdentifier("$0")
            }
        }
    }

    /// The last part of what the method is called on: `loop` for `self.group.loop?`.
    var baseName: String? {
        base.flatMap(CallSite.lastName)
    }

    static func lastName(of expression: ExprSyntax) -> String? {
        if let member = expression.as(MemberAccessExprSyntax.self) { return member.declName.baseName.text }
        if let reference = expression.as(DeclReferenceExprSyntax.self) { return reference.baseName.text }
        if let call = expression.as(FunctionCallExprSyntax.self) { return lastName(of: call.calledExpression) }
        if let chain = expression.as(OptionalChainingExprSyntax.self) { return lastName(of: chain.expression) }
        if let forced = expression.as(ForceUnwrapExprSyntax.self) { return lastName(of: forced.expression) }
        if let item = expression.as(SubscriptCallExprSyntax.self) { return lastName(of: item.calledExpression) }
        return nil
    }

    /// Whether the labels, without that of the block, are some of these.
    func hasOnlyLabels(_ allowed: Set<String>) -> Bool {
        labels.allSatisfy(allowed.contains)
    }

    func hasLabel(_ label: String) -> Bool { labels.contains(label) }
}

// MARK: - Edits

extension CallSite {
    /// Inserts `context: .current` behind all other arguments but the block and `notifying:`, which is where every
    /// integration has it.
    var insertingContext: Edit {
        let argument = "context: .current"
        let block = block
        let others = call.arguments.prefix { other in
            other.label?.text != "notifying" && other.expression.id != block.map { ExprSyntax($0).id }
        }
        if let previous = others.last {
            return Edit(at: previous.expression.endPositionBeforeTrailingTrivia.utf8Offset, ", \(argument)")
        }
        if let next = call.arguments.first {
            return Edit(at: next.positionAfterSkippingLeadingTrivia.utf8Offset, "\(argument), ")
        }
        if let parenthesis = call.leftParen {
            return Edit(at: parenthesis.endPositionBeforeTrailingTrivia.utf8Offset, argument)
        }
        return Edit(at: call.calledExpression.endPositionBeforeTrailingTrivia.utf8Offset, "(\(argument))")
    }
}
#endif
