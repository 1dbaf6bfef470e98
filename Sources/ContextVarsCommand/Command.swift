// SPDX-License-Identifier: Apache-2.0
#if Tools
import ArgumentParser

@main
struct Command: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contextvars",
        abstract: "Finds where contexts get lost, migrates from @TaskLocal, and shows traces.",
        subcommands: [Lint.self, Migrate.self, View.self])
}
#else
import Foundation

@main
enum Command {
    static func main() {
        let message =
            "This build has no commands. Enable the trait Tools: swift run --traits Tools contextvars --help\n"
        FileHandle.standardError.write(Data(message.utf8))
        exit(64)
    }
}
#endif
