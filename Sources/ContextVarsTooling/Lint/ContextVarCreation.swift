// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// Recognises what makes a context variable.
enum ContextVarCreation {
    /// Whether a binding's type or initial value is a `ContextVar`.
    static func isContextVar(_ binding: PatternBindingSyntax) -> Bool {
        if let type = binding.typeAnnotation?.type, name(of: type) == "ContextVar" { return true }
        return binding.initializer.map { isCreation($0.value) } ?? false
    }

    /// Whether an expression is `ContextVar(…)`, `ContextVar<T>(…)` or `ContextVars.ContextVar(…)`.
    static func isCreation(_ expression: ExprSyntax) -> Bool {
        guard var callee = expression.as(FunctionCallExprSyntax.self)?.calledExpression else { return false }
        if let generic = callee.as(GenericSpecializationExprSyntax.self) { callee = generic.expression }
        if let member = callee.as(MemberAccessExprSyntax.self) {
            return member.declName.baseName.text == "ContextVar" && member.base?.trimmedDescription == "ContextVars"
        }
        return callee.as(DeclReferenceExprSyntax.self)?.baseName.text == "ContextVar"
    }

    static func name(of type: TypeSyntax) -> String? {
        type.as(IdentifierTypeSyntax.self)?.name.text ?? type.as(MemberTypeSyntax.self)?.name.text
    }
}
#endif
