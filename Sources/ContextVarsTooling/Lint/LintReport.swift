// SPDX-License-Identifier: Apache-2.0
#if Tools
import Foundation

/// What a run of the linter has found.
public struct LintReport: Sendable {
    /// All findings, those that a comment ignores included.
    public let findings: [Finding]
    /// The files that were looked at.
    public let files: [String]
    /// The paths that don't exist, the files and folders that couldn't be read, and why.
    public let unreadable: [ToolError]

    /// The findings that no comment ignores.
    public var counted: [Finding] { findings.filter { $0.ignored == nil } }

    /// What a command that prints this report ends with: 0 where nothing was found but notes, 1 where something was, 2
    /// where a path doesn't exist or a file or folder couldn't be read.
    public var exitStatus: Int32 {
        if !unreadable.isEmpty { return 2 }
        return counted.contains { $0.severity > .note } ? 1 : 0
    }
}

// MARK: - Forms

extension LintReport {
    /// The form of a report.
    public enum Format: String, CaseIterable, Sendable {
        /// For people and editors: `path:line:column: warning: message [rule]`.
        case text
        /// For programs: the findings as they are.
        case json
        /// For code hosts: SARIF 2.1.0.
        case sarif
    }

    /// The report in one of its forms, ending with a line break.
    public func formatted(as format: Format) -> String {
        switch format {
        case .text: text()
        case .json: json()
        case .sarif: sarif()
        }
    }

    /// A line for each finding and one for its advice, and a summary.
    public func text() -> String {
        var lines = unreadable.map { "error: \($0)" }
        for finding in counted {
            lines.append(
                """
                \(finding.path):\(finding.line):\(finding.column): \(finding.severity.rawValue): \(finding.message) \
                [\(finding.rule.rawValue)]
                """)
            lines.append("    \(finding.advice)\(finding.edits.isEmpty ? "" : " (--fix does it)")")
        }
        lines.append(summary)
        return lines.joined(separator: "\n") + "\n"
    }

    private var summary: String {
        let counts = Severity.allCases.reversed().compactMap { severity -> String? in
            let count = counted.filter { $0.severity == severity }.count
            return count == 0 ? nil : quantity(count, severity.rawValue)
        }
        let ignored = findings.count - counted.count
        return "\(quantity(files.count, "file")): \(counts.isEmpty ? "nothing found" : counts.joined(separator: ", "))"
            + (ignored == 0 ? "" : ", \(ignored) ignored")
    }

    private struct Document: Encodable {
        let version = 1
        let files: Int
        let unreadable: [String]
        let findings: [Finding]
    }

    /// An object with `version`, the number of `files`, the `unreadable` ones and the `findings`.
    public func json() -> String {
        encode(Document(files: files.count, unreadable: unreadable.map(\.description), findings: findings))
    }
}

/// JSON with sorted keys, for diffs.
///
/// Every document here can be encoded.
func encode(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return "{}\n" }
    return String(decoding: data, as: UTF8.self) + "\n"
}
#endif
