// SPDX-License-Identifier: Apache-2.0
#if Tools
/// How much a finding matters.
public enum Severity: String, Codable, Sendable, CaseIterable, Comparable {
    /// Worth knowing; never fails a run.
    case note
    /// A value may be lost, or read where it shouldn't be.
    case warning
    /// Throws or breaks at run time whenever it is reached.
    case error

    /// Orders severities from ``note`` to ``error``.
    public static func < (lhs: Severity, rhs: Severity) -> Bool {
        lhs.rank < rhs.rank
    }

    private var rank: Int { Severity.allCases.firstIndex(of: self)! }
}

/// A place in a source file where a context is lost or a context variable is misused.
public struct Finding: Codable, Sendable, Equatable {
    /// The rule that found it.
    public let rule: Rule
    /// How much it matters: that of the rule.
    public let severity: Severity
    /// The path of the file, as it was given.
    public let path: String
    /// The line, from 1.
    public let line: Int
    /// The column in bytes, from 1, as compilers print it.
    public let column: Int
    /// The code that it is about, in lines and UTF-16 columns.
    public let region: SourceRegion
    /// What is wrong here.
    public let message: String
    /// What to write instead.
    public let advice: String
    /// The edits that write it; empty where only a person can decide.
    public let edits: [Edit]
    /// What each of the edits replaces, in their order.
    public let editedRegions: [SourceRegion]
    /// The reason that a `// contextvars:ignore` comment gives; `nil` where the finding counts.
    public internal(set) var ignored: String?
    /// The modules that the edits need; they are imported along with them.
    let imports: [String]
}

/// A part of a file, as SARIF and language servers count it.
public struct SourceRegion: Codable, Sendable, Equatable {
    /// The line where it begins, from 1.
    public let startLine: Int
    /// The column where it begins, in UTF-16 code units, from 1.
    public let startColumn: Int
    /// The line where it ends, from 1.
    public let endLine: Int
    /// The column behind its last character, in UTF-16 code units, from 1.
    public let endColumn: Int
}
#endif
