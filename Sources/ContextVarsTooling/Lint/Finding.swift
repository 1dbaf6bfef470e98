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
    /// The column in characters of UTF-8, from 1.
    public let column: Int
    /// What is wrong here.
    public let message: String
    /// What to write instead.
    public let advice: String
    /// The edits that write it; empty where only a person can decide.
    public let edits: [Edit]
    /// The reason that a `// contextvars:ignore` comment gives; `nil` where the finding counts.
    public internal(set) var ignored: String?
    /// The modules that the edits need; they are imported along with them.
    let imports: [String]
}
#endif
