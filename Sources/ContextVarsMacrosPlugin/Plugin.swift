#if Macros
import SwiftCompilerPlugin
import SwiftSyntaxMacros

@main
struct Plugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [ContextValueMacro.self]
}
#else
// Without the trait, nothing asks this plugin for anything, but SwiftPM links it.
@main
enum Plugin {
    static func main() {}
}
#endif
