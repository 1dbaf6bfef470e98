// SPDX-License-Identifier: Apache-2.0
#if Macros
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// A property that can be the value of a context variable, and what its variable takes over from it.
struct ContextProperty {
    private let declaration: VariableDeclSyntax
    private let attribute: AttributeSyntax
    private let name: TokenSyntax
    private let type: TypeSyntax?
    private let initialValue: ExprSyntax?

    /// The property, or the first reason why it can't be one.
    static func read(
        _ declaration: some DeclSyntaxProtocol, attribute: AttributeSyntax, in context: some MacroExpansionContext
    ) -> Result<ContextProperty, PropertyFault> {
        guard let declaration = declaration.as(VariableDeclSyntax.self) else {
            return .failure(.notAVariable(declaration))
        }
        guard let binding = declaration.bindings.first, declaration.bindings.count == 1,
            let name = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier
        else {
            return .failure(.severalNames(declaration))
        }
        if let fault = PropertyFault.ofPlace(declaration, in: context) ?? .ofForm(declaration, binding: binding) {
            return .failure(fault)
        }
        return .success(
            ContextProperty(
                declaration: declaration, attribute: attribute, name: name, type: binding.typeAnnotation?.type,
                initialValue: binding.initializer?.value))
    }

    /// The variable's name in the source: `$tenant`.
    var variableName: TokenSyntax {
        .identifier("$\(name.identifier?.name ?? name.text)")
    }

    /// The declaration of the variable, with the property's access level and availability.
    ///
    /// It is `nonisolated`, so that the variable can be used from everywhere, also where the property's type is isolated
    /// to a global actor.
    func variableDeclaration(in context: some MacroExpansionContext) -> DeclSyntax {
        let type = type.map { "<\(self.typeOfValue($0))>" } ?? ""
        let attributes = inheritedAttributes.map { "\($0.trimmedDescription)\n" }.joined()
        let modifiers = inheritedModifiers.map { "\($0.trimmedDescription) " }.joined()
        return """
            \(raw: attributes)\(raw: modifiers)let \(variableName) = ContextVars.ContextVar\(raw: type)\
            (\(raw: arguments(in: context)))
            """
    }

    /// `T!` is `T?` where a generic argument is expected.
    private func typeOfValue(_ type: TypeSyntax) -> String {
        guard let unwrapped = type.as(ImplicitlyUnwrappedOptionalTypeSyntax.self) else {
            return type.trimmedDescription
        }
        return "\(unwrapped.wrappedType.trimmedDescription)?"
    }

    private func arguments(in context: some MacroExpansionContext) -> String {
        let given = attribute.arguments?.as(LabeledExprListSyntax.self) ?? []
        let nameArgument = given.first { $0.label == nil }?.expression.trimmedDescription
        var arguments = [nameArgument ?? StringLiteralExprSyntax(content: qualifiedName(in: context)).description]
        if let initialValue {
            arguments.append("default: \(initialValue.trimmedDescription)")
        }
        arguments += given.filter { $0.label != nil }.map { argument in
            "\(argument.label!.text): \(argument.expression.trimmedDescription)"
        }
        return arguments.joined(separator: ", ")
    }

    /// The names of the types around the property, and its own: `Request.tenant`.
    private func qualifiedName(in context: some MacroExpansionContext) -> String {
        let types = context.lexicalContext.reversed().compactMap(nameOfType)
        return (types + [name.identifier?.name ?? name.text]).joined(separator: ".")
    }

    private var inheritedAttributes: [AttributeSyntax] {
        declaration.attributes.compactMap { $0.as(AttributeSyntax.self) }.filter { attribute in
            inheritedAttributeNames.contains(attribute.attributeName.trimmedDescription)
        }
    }

    private var inheritedModifiers: [DeclModifierSyntax] {
        let modifiers = declaration.modifiers.filter { modifier in
            inheritedModifierNames.contains(modifier.name.text) && modifier.detail == nil
        }
        return [DeclModifierSyntax(name: .keyword(.nonisolated))] + modifiers
    }
}

private let inheritedAttributeNames: Set = ["available", "usableFromInline", "_spi"]
private let inheritedModifierNames: Set = ["public", "package", "internal", "fileprivate", "private", "static"]

/// The name of a type or of the type that is extended; `nil` for what isn't a type.
private func nameOfType(_ syntax: Syntax) -> String? {
    switch syntax.kind {
    case .extensionDecl: syntax.cast(ExtensionDeclSyntax.self).extendedType.trimmedDescription
    case .structDecl, .classDecl, .enumDecl, .actorDecl, .protocolDecl:
        syntax.asProtocol(SyntaxProtocol.self).asProtocol(NamedDeclSyntax.self)?.name.trimmed.text
    default: nil
    }
}
#endif
