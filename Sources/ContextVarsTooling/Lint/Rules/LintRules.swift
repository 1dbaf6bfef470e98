// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// A rule about calls.
protocol CallRule {
    func check(_ call: CallSite, in file: LintedFile, _ variables: DeclaredVariables) -> Finding?
}

/// Walks through a file and asks all rules.
final class RuleVisitor: SyntaxVisitor {
    private let file: LintedFile
    private let variables: DeclaredVariables
    private let callRules: [any CallRule] = [
        BlockRules(), FutureRule(), PromiseRule(), SetRules(), ResetRule(), EndlessTaskRule(),
    ]
    private(set) var findings: [Finding] = []

    init(_ file: LintedFile, _ variables: DeclaredVariables) {
        self.file = file
        self.variables = variables
        super.init(viewMode: .sourceAccurate)
    }

    override func visit(_ node: FunctionCallExprSyntax) -> SyntaxVisitorContinueKind {
        guard let call = CallSite(node) else { return .visitChildren }
        findings += callRules.compactMap { $0.check(call, in: file, variables) }
        return .visitChildren
    }

    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        findings += DeclarationRules.check(node, in: file)
        return .visitChildren
    }

    override func visit(_ node: SequenceExprSyntax) -> SyntaxVisitorContinueKind {
        findings += AssignmentRules.check(node, in: file, variables)
        return .visitChildren
    }
}
#endif
