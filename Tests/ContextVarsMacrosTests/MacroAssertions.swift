// SPDX-License-Identifier: Apache-2.0
#if Macros
import ContextVarsMacroExpansion
import SwiftSyntax
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacrosGenericTestSupport
import Testing

private let specs = ["ContextValue": MacroSpec(type: ContextValueExpansion.self)]

/// Checks what `@ContextValue` in the source becomes, and that nothing is reported.
func expectExpansion(_ source: String, _ expanded: String, at location: Testing.SourceLocation = #_sourceLocation) {
    assertMacroExpansion(source, expandedSource: expanded, macroSpecs: specs) { failure in
        Issue.record("\(failure.message)", sourceLocation: location)
    }
}

/// Checks that `@ContextValue` reports one fault and offers fixes, and what the source is once the fix has been applied.
func expectFault(
    _ source: String, _ message: String, line: Int = 2, column: Int, fixes: [String] = [], applying fix: String? = nil,
    gives fixed: String? = nil, at location: Testing.SourceLocation = #_sourceLocation
) {
    let withoutAttribute = source.replacing(/@ContextValue */, with: "")
    assertMacroExpansion(
        source, expandedSource: withoutAttribute,
        diagnostics: [
            DiagnosticSpec(
                message: message, line: line, column: column, fixIts: fixes.map { FixItSpec(message: $0) })
        ],
        macroSpecs: specs, applyFixIts: fix.map { [$0] }, fixedSource: fixed
    ) { failure in
        Issue.record("\(failure.message)", sourceLocation: location)
    }
}
#endif
