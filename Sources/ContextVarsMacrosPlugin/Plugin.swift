// SPDX-License-Identifier: Apache-2.0
#if Macros
import ContextVarsMacroExpansion
import SwiftCompilerPlugin
import SwiftSyntax
import SwiftSyntaxMacros

@main
struct Plugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [ContextValueMacro.self]
}

/// The macro by the name that `@ContextValue` is declared with: the compiler looks for it in the plugin's own module.
enum ContextValueMacro: AccessorMacro, PeerMacro {
    static func expansion(
        of node: AttributeSyntax, providingAccessorsOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [AccessorDeclSyntax] {
        try ContextValueExpansion.expansion(of: node, providingAccessorsOf: declaration, in: context)
    }

    static func expansion(
        of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        try ContextValueExpansion.expansion(of: node, providingPeersOf: declaration, in: context)
    }
}
#else
// Without the trait, nothing asks this plugin for anything, but SwiftPM links it.
@main
enum Plugin {
    static func main() {}
}
#endif
