// SPDX-License-Identifier: Apache-2.0
#if Tools
import ArgumentParser
import ContextVarsTooling
import Foundation

struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find calls that lose a context, and mistakes in the use of context variables.",
        discussion: """
            Looks at Swift files and at all of them below folders. A finding that is meant as it is gets a comment on its line \
            or above: // contextvars:ignore reason

            Exit status: 0 where nothing was found, 1 where something was (notes don't count), 2 where a file couldn't be \
            read.
            """)

    @Argument(help: "Files and folders.")
    var paths: [String] = ["."]

    @Option(help: "The form of the report: text, json or sarif.")
    var format: LintReport.Format = .text

    @Option(help: "Where the report goes; standard output otherwise.")
    var output: String?

    @Option(parsing: .upToNextOption, help: "The rules to check; see --list-rules.")
    var rules: [Rule] = Rule.allCases

    @Flag(help: "Write what the guides say, and report what is left.")
    var fix = false

    @Flag(help: "Describe the rules, and do nothing else.")
    var listRules = false

    func run() throws {
        if listRules {
            for rule in Rule.allCases { print("\(rule.rawValue) (\(rule.severity.rawValue)): \(rule.summary)") }
            return
        }
        let linter = Linter(rules: Set(rules))
        var report = try linter.lint(paths)
        if fix {
            let (fixed, remaining) = try linter.fix(report)
            FileHandle.standardError.write(Data("\(fixed) findings fixed\n".utf8))
            report = remaining
        }
        try write(report.formatted(as: format), to: output)
        if report.exitStatus != 0 { throw ExitCode(report.exitStatus) }
    }
}

extension LintReport.Format: ExpressibleByArgument {}
extension Rule: ExpressibleByArgument {}

/// Prints a text, or writes it to a file.
func write(_ text: String, to path: String?) throws {
    guard let path else {
        FileHandle.standardOutput.write(Data(text.utf8))
        return
    }
    do {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
        throw ToolError.unwritable(path, error.localizedDescription)
    }
}
#endif
