// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// The `@TaskLocal` declarations of a file, and the edits that make `@ContextValue` of them.
final class TaskLocalDeclarations: SyntaxVisitor {
    /// The names of the properties that change.
    private(set) var names: [String] = []
    private(set) var edits: [Edit] = []
    private(set) var remarks: [Migration.Remark] = []
    private let file: LintedFile

    init(in file: LintedFile) {
        self.file = file
        super.init(viewMode: .sourceAccurate)
        walk(file.tree)
        guard !edits.isEmpty, !file.imports.contains("ContextVarsMacros") else { return }
        // `package` and `public` variables put the type of `$name` into the interface of the module.
        let level = names.isEmpty || !exposesVariables ? "" : "public "
        if let end = file.endOfImports {
            edits.append(Edit(at: end, "\(file.lineBreak)\(level)import ContextVarsMacros"))
        } else {
            let start = file.tree.statements.first?.positionAfterSkippingLeadingTrivia.utf8Offset ?? 0
            edits.append(Edit(at: start, "\(level)import ContextVarsMacros\(file.lineBreak)\(file.lineBreak)"))
        }
    }

    /// Whether the file already writes access levels on imports and declares a public variable.
    private var exposesVariables: Bool {
        guard isPublic else { return false }
        return file.tree.statements.contains { item in
            item.item.as(ImportDeclSyntax.self)?.modifiers.isEmpty == false
        }
    }
    private var isPublic = false

    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        guard
            let attribute = node.attributes.first(where: { $0.attributeName == "TaskLocal" })?.as(AttributeSyntax.self)
        else { return .visitChildren }
        guard let binding = node.bindings.first, node.bindings.count == 1,
            let name = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier.text
        else {
            remark(at: node, "@TaskLocal with several names stays: declare each separately")
            return .skipChildren
        }
        if let clause = node.isInConditionalClause, !clause.isEmpty {
            remark(at: node, "`\(name)` is inside `#if \(clause)`: check that both branches agree")
        }
        names.append(name)
        if node.modifiers.contains(where: { ["public", "package"].contains($0.name.text) && $0.detail == nil }) {
            isPublic = true
            remark(
                at: node,
                "`$\(name)` is part of an interface: its type changes from TaskLocal to ContextVar for clients")
        }
        let type = attribute.attributeName
        edits.append(
            Edit(
                type.positionAfterSkippingLeadingTrivia.utf8Offset..<type.endPositionBeforeTrailingTrivia.utf8Offset,
                "ContextValue"))
        return .skipChildren
    }

    override func visit(_ node: IdentifierTypeSyntax) -> SyntaxVisitorContinueKind {
        if node.name.text == "TaskLocal", node.parent?.is(AttributeSyntax.self) != true {
            remark(
                at: node,
                "the type `\(node.trimmedDescription)` stays: write ContextVar where it takes a migrated variable")
        }
        return .visitChildren
    }

    override func visit(_ node: FunctionCallExprSyntax) -> SyntaxVisitorContinueKind {
        var callee = node.calledExpression
        if let generic = callee.as(GenericSpecializationExprSyntax.self) { callee = generic.expression }
        if callee.as(DeclReferenceExprSyntax.self)?.baseName.text == "TaskLocal" {
            remark(at: node, "`TaskLocal(…)` without the macro stays: write `ContextVar(\"name\", default: …)`")
        }
        return .visitChildren
    }

    private func remark(at node: some SyntaxProtocol, _ message: String) {
        let line = file.locations.location(for: node.positionAfterSkippingLeadingTrivia).line
        remarks.append(Migration.Remark(path: file.path, line: line, message: message))
    }
}

extension SyntaxProtocol {
    /// The condition of the `#if` around a node; `nil` where there is none.
    fileprivate var isInConditionalClause: String? {
        var next = parent
        while let node = next {
            if let clause = node.as(IfConfigClauseSyntax.self) { return clause.condition?.trimmedDescription ?? "" }
            next = node.parent
        }
        return nil
    }
}
#endif
