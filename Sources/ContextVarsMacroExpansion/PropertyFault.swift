// SPDX-License-Identifier: Apache-2.0
#if Macros
import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// Why a declaration can't be the value of a context variable, and what to write instead.
struct PropertyFault: Error {
    let diagnostic: Diagnostic

    private init(_ message: Message, at node: some SyntaxProtocol, fixIts: [FixIt] = []) {
        diagnostic = Diagnostic(node: Syntax(node), message: message, fixIts: fixIts)
    }

    private enum Message: String, DiagnosticMessage {
        case notAVariable = "'@ContextValue' can only be attached to a variable"
        case severalNames =
            "'@ContextValue' can only be attached to a declaration of one variable; declare each on its own"
        case instanceMember =
            "'@ContextValue' can't be an instance member: a context variable exists once; make it 'static'"
        case classMember = "'@ContextValue' can't be overridden; write 'static' instead of 'class'"
        case local = "'@ContextValue' can't be a local variable; make it a static property or a global variable"
        case genericType = """
            '@ContextValue' can't be in a generic type, which can't have static stored properties; move it to a type that \
            isn't generic
            """
        case protocolMember = "'@ContextValue' can't be in a protocol; move it to an 'enum' or another concrete type"
        case constant = "'@ContextValue' needs 'var': the property's value depends on the current context"
        case computed = "'@ContextValue' can't be attached to a computed property: the macro adds the getter"
        case observed = "'@ContextValue' can't have observers: its value changes with the current context"
        case lazyOrWeak = "'@ContextValue' can't be 'lazy', 'weak' or 'unowned'"
        case setterAccess = "'@ContextValue' has no setter; use the '$' variable's 'set' or 'withValue'"
        case missingType = "'@ContextValue' needs a type or an initial value"
        case missingDefault = """
            '@ContextValue' of a type that isn't optional needs an initial value, which is what it reads where it isn't set
            """

        var message: String { rawValue }
        var severity: DiagnosticSeverity { .error }
        var diagnosticID: MessageID { MessageID(domain: "ContextVarsMacros", id: "\(self)") }
    }

    private struct Fix: FixItMessage {
        let message: String
        var fixItID: MessageID { MessageID(domain: "ContextVarsMacros", id: message) }
    }

    static func notAVariable(_ declaration: some DeclSyntaxProtocol) -> PropertyFault {
        PropertyFault(.notAVariable, at: declaration)
    }

    static func severalNames(_ declaration: VariableDeclSyntax) -> PropertyFault {
        PropertyFault(.severalNames, at: declaration.bindings)
    }
}

// MARK: - Where it is declared

extension PropertyFault {
    /// What is wrong with the place of a declaration.
    static func ofPlace(_ declaration: VariableDeclSyntax, in context: some MacroExpansionContext) -> PropertyFault? {
        let staticModifier = declaration.modifiers.first { $0.name.tokenKind == .keyword(.static) }
        guard let parent = context.lexicalContext.first else { return nil }
        if parent.is(ProtocolDeclSyntax.self) {
            return PropertyFault(.protocolMember, at: declaration.bindingSpecifier)
        }
        guard parent.isProtocol((any DeclGroupSyntax).self) else {
            return PropertyFault(.local, at: declaration.bindingSpecifier)
        }
        if let modifier = declaration.modifiers.first(where: { $0.name.tokenKind == .keyword(.class) }) {
            return PropertyFault(
                .classMember, at: modifier,
                fixIts: [
                    replace(modifier, with: modifier.with(\.name.tokenKind, .keyword(.static)), "write 'static'")
                ])
        }
        guard staticModifier != nil else {
            return PropertyFault(
                .instanceMember, at: declaration.bindingSpecifier,
                fixIts: [replace(declaration, with: addingStatic(to: declaration), "add 'static'")])
        }
        if context.lexicalContext.contains(where: isGenericType) {
            return PropertyFault(.genericType, at: declaration.bindingSpecifier)
        }
        return nil
    }

    private static func isGenericType(_ syntax: Syntax) -> Bool {
        syntax.asProtocol((any WithGenericParametersSyntax).self)?.genericParameterClause != nil
    }

    private static func addingStatic(to declaration: VariableDeclSyntax) -> VariableDeclSyntax {
        var declaration = declaration
        let leadingTrivia = declaration.bindingSpecifier.leadingTrivia
        declaration.bindingSpecifier.leadingTrivia = []
        declaration.modifiers.append(
            DeclModifierSyntax(name: .keyword(.static, leadingTrivia: leadingTrivia, trailingTrivia: .space)))
        return declaration
    }
}

// MARK: - How it is declared

extension PropertyFault {
    /// What is wrong with the declaration itself.
    static func ofForm(_ declaration: VariableDeclSyntax, binding: PatternBindingSyntax) -> PropertyFault? {
        if let fault = ofModifiers(declaration) { return fault }
        if let accessors = binding.accessorBlock { return ofAccessors(accessors, of: declaration, binding: binding) }
        if declaration.bindingSpecifier.tokenKind != .keyword(.var) {
            let specifier = declaration.bindingSpecifier
            return PropertyFault(
                .constant, at: specifier,
                fixIts: [replace(specifier, with: specifier.with(\.tokenKind, .keyword(.var)), "write 'var'")])
        }
        return ofType(binding)
    }

    private static func ofModifiers(_ declaration: VariableDeclSyntax) -> PropertyFault? {
        for modifier in declaration.modifiers {
            switch modifier.name.tokenKind {
            case .keyword(.lazy), .keyword(.weak), .keyword(.unowned):
                return PropertyFault(.lazyOrWeak, at: modifier, fixIts: [remove(modifier, from: declaration)])
            case _ where modifier.detail?.detail.text == "set":
                return PropertyFault(.setterAccess, at: modifier, fixIts: [remove(modifier, from: declaration)])
            default:
                continue
            }
        }
        return nil
    }

    private static func remove(_ modifier: DeclModifierSyntax, from declaration: VariableDeclSyntax) -> FixIt {
        var changed = declaration
        changed.modifiers = changed.modifiers.filter { $0.id != modifier.id }
        // What stood before the modifier stays before what follows it.
        changed.leadingTrivia = declaration.leadingTrivia
        return replace(declaration, with: changed, "remove '\(modifier.trimmedDescription)'")
    }

    private static func ofAccessors(
        _ accessors: AccessorBlockSyntax, of declaration: VariableDeclSyntax, binding: PatternBindingSyntax
    ) -> PropertyFault {
        if case .accessors(let list) = accessors.accessors,
            list.allSatisfy({ ["willSet", "didSet"].contains($0.accessorSpecifier.text) })
        {
            var stored = binding.with(\.accessorBlock, nil)
            stored.trailingTrivia = []
            return PropertyFault(
                .observed, at: accessors, fixIts: [replace(binding, with: stored, "remove the observers")])
        }
        return PropertyFault(
            .computed, at: accessors,
            fixIts: [replace(declaration, with: removingAttribute(from: declaration), "remove '@ContextValue'")])
    }

    private static func removingAttribute(from declaration: VariableDeclSyntax) -> VariableDeclSyntax {
        var changed = declaration
        changed.attributes = changed.attributes.filter { element in
            element.as(AttributeSyntax.self)?.attributeName.as(IdentifierTypeSyntax.self)?.name.text != "ContextValue"
        }
        changed.leadingTrivia = declaration.leadingTrivia
        return changed
    }

    private static func ofType(_ binding: PatternBindingSyntax) -> PropertyFault? {
        guard binding.initializer == nil else { return nil }
        guard let type = binding.typeAnnotation?.type else {
            var typed = binding.with(
                \.typeAnnotation,
                TypeAnnotationSyntax(
                    colon: .colonToken(trailingTrivia: .space),
                    type: OptionalTypeSyntax(wrappedType: placeholderType("Type"))))
            typed.pattern.trailingTrivia = []
            return PropertyFault(.missingType, at: binding, fixIts: [replace(binding, with: typed, "add a type")])
        }
        guard !isOptional(type) else { return nil }
        var withValue = binding
        withValue.typeAnnotation?.trailingTrivia = []
        withValue.initializer = InitializerClauseSyntax(
            equal: .equalToken(leadingTrivia: .space, trailingTrivia: .space), value: placeholderValue("default"))
        var optional = binding
        optional.typeAnnotation?.type = optionalType(of: type)
        return PropertyFault(
            .missingDefault, at: binding,
            fixIts: [
                replace(binding, with: withValue, "add an initial value"),
                replace(binding, with: optional, "make it optional: it reads 'nil' until it is set"),
            ])
    }

    private static func isOptional(_ type: TypeSyntax) -> Bool {
        if type.is(OptionalTypeSyntax.self) || type.is(ImplicitlyUnwrappedOptionalTypeSyntax.self) { return true }
        let name = type.as(IdentifierTypeSyntax.self)?.name.text ?? type.as(MemberTypeSyntax.self)?.name.text
        return name == "Optional"
    }

    /// `any P` and function types are put in parentheses: a `?` belongs to their last part otherwise.
    private static func optionalType(of type: TypeSyntax) -> TypeSyntax {
        let simple =
            type.is(IdentifierTypeSyntax.self) || type.is(MemberTypeSyntax.self) || type.is(TupleTypeSyntax.self)
            || type.is(ArrayTypeSyntax.self) || type.is(DictionaryTypeSyntax.self)
        return simple ? "\(type.trimmed)?" : "(\(type.trimmed))?"
    }
}

// MARK: - Fix-its

extension PropertyFault {
    private static func replace(_ old: some SyntaxProtocol, with new: some SyntaxProtocol, _ message: String) -> FixIt {
        FixIt(message: Fix(message: message), changes: [.replace(oldNode: Syntax(old), newNode: Syntax(new))])
    }

    private static func placeholderType(_ name: String) -> TypeSyntax {
        TypeSyntax(IdentifierTypeSyntax(name: .identifier("<#\(name)#>")))
    }

    private static func placeholderValue(_ name: String) -> ExprSyntax {
        ExprSyntax(EditorPlaceholderExprSyntax(placeholder: .identifier("<#\(name)#>")))
    }
}
#endif
