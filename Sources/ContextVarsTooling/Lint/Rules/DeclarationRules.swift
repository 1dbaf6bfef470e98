// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// How context variables, tokens and task-local values are declared.
enum DeclarationRules {
    static func check(_ declaration: VariableDeclSyntax, in file: LintedFile) -> [Finding] {
        declaration.bindings.compactMap { variable(declaration, $0, in: file) ?? token(declaration, $0, in: file) }
            + taskLocal(declaration, in: file)
    }

    // MARK: - Context variables

    private static func variable(
        _ declaration: VariableDeclSyntax, _ binding: PatternBindingSyntax, in file: LintedFile
    ) -> Finding? {
        guard let creation = creation(in: binding) else { return nil }
        let name = binding.pattern.trimmedDescription
        let isConstant = declaration.bindingSpecifier.tokenKind == .keyword(.let)
        let isStatic = declaration.modifiers.contains { $0.name.tokenKind == .keyword(.static) }
        if binding.accessorBlock != nil, binding.initializer == nil {
            return file.finding(
                .variableNotConstant, at: creation, "`\(name)` makes another variable each time that it is read",
                advice: "write `static let \(name) = …`")
        }
        switch declaration.place {
        case .local:
            // A test may well have its own variables.
            guard !file.isTest else { return nil }
            return file.finding(
                .variableNotConstant, at: creation, "each call of the function makes a new variable `\(name)`",
                advice: "make it a global or static constant")
        case .member where !isStatic:
            return file.finding(
                .variableNotConstant, at: creation, "each instance has a different variable `\(name)`",
                advice: "make it `static let`",
                edits: isConstant
                    ? [Edit(at: declaration.bindingSpecifier.positionAfterSkippingLeadingTrivia.utf8Offset, "static ")]
                    : [])
        case .member, .global:
            guard !isConstant else { return nil }
            let specifier = declaration.bindingSpecifier
            return file.finding(
                .variableNotConstant, at: specifier,
                "`\(name)` can be replaced by another variable, for which no value is set", advice: "write `let`",
                edits: [
                    Edit(
                        specifier.positionAfterSkippingLeadingTrivia
                            .utf8Offset..<specifier.endPositionBeforeTrailingTrivia
                            .utf8Offset, "let")
                ])
        }
    }

    /// The call that makes the variable: in the initial value, or in a getter of one expression.
    private static func creation(in binding: PatternBindingSyntax) -> ExprSyntax? {
        if let value = binding.initializer?.value { return ContextVarCreation.isCreation(value) ? value : nil }
        guard case .getter(let statements)? = binding.accessorBlock?.accessors,
            let value = statements.last?.item.as(ExprSyntax.self), ContextVarCreation.isCreation(value)
        else { return nil }
        return value
    }

    // MARK: - Tokens

    private static func token(
        _ declaration: VariableDeclSyntax, _ binding: PatternBindingSyntax, in file: LintedFile
    ) -> Finding? {
        guard declaration.place != .local, binding.accessorBlock == nil, var type = binding.typeAnnotation?.type,
            file.imports.contains(where: { $0.hasPrefix("ContextVars") })
        else { return nil }
        if let optional = type.as(OptionalTypeSyntax.self) { type = optional.wrappedType }
        guard let identifier = type.as(IdentifierTypeSyntax.self), identifier.name.text == "Token",
            identifier.genericArgumentClause?.arguments.count == 1
        else { return nil }
        return file.finding(
            .tokenBeyondScope, at: binding,
            "a token works only in the context and task of its `set`: a property outlives both",
            advice: "keep it in a local constant and reset in the same function, or use `withValue`")
    }

    // MARK: - Task-local values

    private static func taskLocal(_ declaration: VariableDeclSyntax, in file: LintedFile) -> [Finding] {
        guard let attribute = declaration.attributes.first(where: { $0.attributeName == "TaskLocal" }) else {
            return []
        }
        let names = declaration.bindings.map { "`\($0.pattern.trimmedDescription)`" }.joined(separator: ", ")
        return [
            file.finding(
                .taskLocal, at: attribute, "\(names) is lost in callbacks, and can't be set without a closure",
                advice: "`contextvars migrate` makes it a `@ContextValue`; or carry it: `ContextSnapshot.carry`")
        ]
    }
}

extension VariableDeclSyntax {
    enum Place {
        case global, member, local
    }

    /// Where the variable is declared.
    var place: Place {
        var next = parent
        while let node = next {
            if node.is(MemberBlockItemSyntax.self) { return .member }
            if node.is(CodeBlockSyntax.self) || node.is(ClosureExprSyntax.self) || node.is(AccessorBlockSyntax.self) {
                return .local
            }
            next = node.parent
        }
        return .global
    }
}
#endif
