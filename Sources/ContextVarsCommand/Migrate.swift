// SPDX-License-Identifier: Apache-2.0
#if Tools
import ArgumentParser
import ContextVarsTooling
import Foundation

struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turn @TaskLocal declarations into @ContextValue ones.",
        discussion: """
            Prints a unified diff, and on standard error what it leaves to you: types that mention TaskLocal, variables that \
            are passed on, interfaces. $name.withValue { } and reads stay as they are, so in most files only one word and an \
            import change. The target then needs the product ContextVarsMacros and the trait Macros.
            """)

    @Argument(help: "Files and folders.")
    var paths: [String] = ["."]

    @Flag(help: "Change the files instead of printing a diff.")
    var inPlace = false

    func run() throws {
        let migration = try Migration.plan(paths)
        if inPlace {
            try migration.write()
        } else {
            try ContextVarsCommand.write(migration.diff(), to: nil)
        }
        FileHandle.standardError.write(Data(migration.report().utf8))
    }
}
#endif
