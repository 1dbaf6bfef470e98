// SPDX-License-Identifier: Apache-2.0
#if Macros
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// Makes a property the current value of a context variable, which it declares beside it.
///
/// ```swift
/// @ContextValue static var tenant = "public"
/// // becomes
/// static var tenant: String { get { $tenant.get() } }
/// nonisolated static let $tenant = ContextVars.ContextVar(
///     "Request.tenant", default: "public")
/// ```
///
/// It is its own library, which tests depend on: with a test that depends on the plugin itself, SwiftPM builds all tests
/// of the package a second time, as tools.
///
/// Faults are reported by the peer role only: the compiler asks for both roles, and one message is enough.
package enum ContextValueExpansion {}

extension ContextValueExpansion: AccessorMacro {
    package static func expansion(
        of node: AttributeSyntax, providingAccessorsOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [AccessorDeclSyntax] {
        guard case .success(let property) = ContextProperty.read(declaration, attribute: node, in: context) else {
            return []
        }
        return ["get { \(property.variableName).get() }"]
    }
}

extension ContextValueExpansion: PeerMacro {
    package static func expansion(
        of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        switch ContextProperty.read(declaration, attribute: node, in: context) {
        case .success(let property):
            return [property.variableDeclaration(in: context)]
        case .failure(let fault):
            context.diagnose(fault.diagnostic)
            return []
        }
    }
}
#endif
