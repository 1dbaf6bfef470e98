// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// The context variables that the linted files declare, by which `set` and `withValue` of other types are told apart.
struct DeclaredVariables: Sendable {
    /// `Request.id` for a static variable, `id` for a global one.
    private var names: Set<String> = []
    /// The last parts of the names, by file: `id` is enough where the variable is declared.
    private var localNames: [String: Set<String>] = [:]

    init() {}

    init(in file: LintedFile) {
        let collector = VariableCollector(viewMode: .sourceAccurate)
        collector.walk(file.tree)
        names = collector.names
        localNames[file.path] = Set(collector.names.compactMap { $0.split(separator: ".").last.map(String.init) })
    }

    mutating func add(_ others: DeclaredVariables) {
        names.formUnion(others.names)
        localNames.merge(others.localNames) { $0.union($1) }
    }

    /// Whether an expression is a context variable: `Request.id`, `$id`, `Request.$id`, or `id` in the file of its
    /// declaration.
    func contains(_ expression: ExprSyntax, in file: LintedFile) -> Bool {
        let parts = expression.trimmedDescription.split(separator: ".").map(String.init)
        guard let last = parts.last else { return false }
        if last.hasPrefix("$") { return names.contains { $0 == last || $0.hasSuffix(".\(last)") } }
        if parts.count >= 2, parts[parts.count - 2] != "Self" {
            return names.contains(parts.suffix(2).joined(separator: "."))
        }
        return localNames[file.path]?.contains(last) ?? false
    }

    /// Whether code reads one of the variables as a property, or mentions one in another way.
    func isMentioned(in tokens: TokenSequence, of file: LintedFile) -> Bool {
        let local = localNames[file.path] ?? []
        var previous: [String] = []
        for token in tokens {
            if case .identifier(let name) = token.tokenKind {
                if local.contains(name) || local.contains("$\(name)") { return true }
                if previous.count == 2, previous[1] == ".",
                    names.contains("\(previous[0]).\(name)") || names.contains("\(previous[0]).$\(name)")
                {
                    return true
                }
            }
            previous = previous.suffix(1) + [token.text]
        }
        return false
    }
}

private final class VariableCollector: SyntaxVisitor {
    var names: Set<String> = []

    override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
        let isWrapped = node.attributes.contains { $0.attributeName == "ContextValue" }
        for binding in node.bindings {
            guard let name = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier.text else { continue }
            guard isWrapped || ContextVarCreation.isContextVar(binding) else { continue }
            let variable = isWrapped ? "$\(name)" : name
            names.insert(([nameOfType(around: Syntax(node)), variable].compactMap { $0 }).joined(separator: "."))
        }
        return .skipChildren
    }

    private func nameOfType(around node: Syntax) -> String? {
        var next = node.parent
        while let node = next {
            if let type = node.as(ExtensionDeclSyntax.self) {
                return type.extendedType.trimmedDescription.split(separator: ".").last.map(String.init)
            }
            if node.isProtocol((any DeclGroupSyntax).self) {
                return node.asProtocol((any NamedDeclSyntax).self)?.name.text
            }
            next = node.parent
        }
        return nil
    }
}

extension AttributeListSyntax.Element {
    /// The last part of an attribute's name: `TaskLocal` for `@Swift.TaskLocal`.
    var attributeName: String? {
        let name = self.as(AttributeSyntax.self)?.attributeName
        return name?.as(MemberTypeSyntax.self)?.name.text ?? name?.as(IdentifierTypeSyntax.self)?.name.text
    }
}
#endif
