import Foundation
import PackagePlugin

/// `swift package lint-contexts`: the command `contextvars lint` on the sources of this package.
///
/// Takes `--target NAME`, any number of times, and the options of `contextvars lint`. Without a target, all of the package's
/// own targets but its tests are looked at.
@main
struct LintContexts: CommandPlugin {
    func performCommand(context: PluginContext, arguments: [String]) async throws {
        var arguments = ArgumentExtractor(arguments)
        let names = arguments.extractOption(named: "target")
        let targets =
            names.isEmpty
            ? context.package.targets.filter { ($0 as? any SourceModuleTarget)?.kind != .test }
            : try context.package.targets(named: names)
        let folders = targets.compactMap { ($0 as? SwiftSourceModuleTarget)?.directoryURL.path() }
        guard !folders.isEmpty else {
            Diagnostics.error("no Swift target to look at")
            return
        }

        let linter = Process()
        linter.executableURL = try context.tool(named: "contextvars").url
        linter.currentDirectoryURL = context.package.directoryURL
        let root = context.package.directoryURL.path(percentEncoded: false)
        let relative = folders.map { $0.hasPrefix(root) ? String($0.dropFirst(root.count).drop { $0 == "/" }) : $0 }
        linter.arguments = ["lint"] + relative + arguments.remainingArguments
        try linter.run()
        linter.waitUntilExit()
        switch linter.terminationStatus {
        case 0: return
        case 64:
            Diagnostics.error("contextvars has no commands in this build: enable the trait Tools of swift-contextvars")
        default:
            Diagnostics.error("contextvars lint ended with status \(linter.terminationStatus)")
        }
    }
}
