// SPDX-License-Identifier: Apache-2.0
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
        let folders = targets.compactMap { ($0 as? SwiftSourceModuleTarget)?.directoryURL.path(percentEncoded: false) }
        guard !folders.isEmpty else {
            Diagnostics.error("no Swift target to look at")
            return
        }

        let root = context.package.directoryURL
        let prefix = root.path(percentEncoded: false)
        let relative = folders.map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count).drop { $0 == "/" }) : $0 }
        let linter = Process()
        linter.executableURL = try command()
        linter.currentDirectoryURL = root
        linter.arguments = ["lint"] + relative + arguments.remainingArguments
        try linter.run()
        linter.waitUntilExit()
        switch linter.terminationStatus {
        case 0: return
        case 64:
            Diagnostics.error("wrong options, or contextvars was built without the trait Tools of swift-contextvars")
        default:
            Diagnostics.error("contextvars lint ended with status \(linter.terminationStatus)")
        }
    }

    /// Builds the command.
    ///
    /// It isn't a dependency of the plugin: SwiftPM looks for a dependency's product by the name of the target, and a target
    /// `contextvars` beside `ContextVars` would have the same files where names ignore case.
    private func command() throws -> URL {
        let result = try packageManager.build(.product("contextvars"), parameters: .init())
        guard result.succeeded, let command = result.builtArtifacts.first(where: { $0.kind == .executable }) else {
            Diagnostics.error(result.logText)
            throw Failure.build
        }
        return command.url
    }

    private enum Failure: Error, CustomStringConvertible {
        case build

        var description: String { "the command contextvars can't be built" }
    }
}
