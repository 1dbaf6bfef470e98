// SPDX-License-Identifier: Apache-2.0
#if Tools
import ArgumentParser
import ContextVarsTooling
import Foundation

struct Lint: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find calls that lose a context, and mistakes in the use of context variables.",
        discussion: """
            Checks Swift files, and all of them below folders. If a finding is intended, write a comment on its line or above \
            it: // contextvars:ignore reason

            Exit status: 0 if nothing was found, 1 if something was (notes don't count), 2 if a path doesn't exist, \
            or a file or folder couldn't be read or written.
            """)

    @Argument(help: "Files and folders.")
    var paths: [String] = ["."]

    @Option(help: "The format of the report: text, json or sarif.")
    var format: LintReport.Format = .text

    @Option(help: "The file to write the report to; standard output by default.")
    var output: String?

    @Option(parsing: .upToNextOption, help: "The rules to check; see --list-rules.")
    var rules: [Rule] = Rule.allCases

    @Flag(help: "Change the code as the advice says, and report what is left.")
    var fix = false

    @Flag(help: "Describe the rules, and do nothing else.")
    var listRules = false

    func run() throws {
        if listRules {
            for rule in Rule.allCases { print("\(rule.rawValue) (\(rule.severity.rawValue)): \(rule.summary)") }
            return
        }
        do {
            try lint()
        } catch let error as ToolError {
            // The parser would end with 1: something was found.
            FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
            throw ExitCode(2)
        }
    }

    private func lint() throws {
        let linter = Linter(rules: Set(rules))
        var report = linter.lint(paths)
        if fix {
            let (fixed, remaining) = try linter.fix(report)
            FileHandle.standardError.write(Data("\(quantity(fixed, "finding")) fixed\n".utf8))
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
