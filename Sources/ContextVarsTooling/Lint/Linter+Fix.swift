// SPDX-License-Identifier: Apache-2.0
#if Tools
extension Linter {
    /// The text of a file with all findings fixed that have edits, and the imports that these need.
    ///
    /// - Returns: The new text and the number of findings that it fixes.
    static func fix(_ findings: [Finding], in file: LintedFile) -> (text: String, count: Int) {
        let fixable = findings.filter { !$0.edits.isEmpty && $0.ignored == nil }
        guard !fixable.isEmpty else { return (file.text, 0) }
        var edits = fixable.flatMap(\.edits)
        let missing = Set(fixable.flatMap(\.imports)).subtracting(file.imports).sorted()
        if !missing.isEmpty {
            let lines = missing.map { "import \($0)" }
            if let end = file.endOfImports {
                edits.append(Edit(at: end, lines.map { "\(file.lineBreak)\($0)" }.joined()))
            } else {
                let start = file.tree.statements.first?.positionAfterSkippingLeadingTrivia.utf8Offset ?? 0
                edits.append(Edit(at: start, lines.map { "\($0)\(file.lineBreak)" }.joined() + file.lineBreak))
            }
        }
        return (Edit.apply(edits, to: file.text), fixable.count)
    }

    /// Fixes what a linted report has edits for, in the files themselves.
    ///
    /// - Returns: The number of findings that were fixed, and a report of what remains, which still has what couldn't
    ///   be read.
    /// - Throws: ``ToolError`` where a file can't be read or written.
    /// - Complexity: Linear in the size of the files that have findings.
    public func fix(_ report: LintReport) throws(ToolError) -> (fixed: Int, remaining: LintReport) {
        var fixed = 0
        for (path, findings) in Dictionary(grouping: report.findings, by: \.path) {
            let file = LintedFile(path: path, text: try SourceFiles.read(path))
            let (text, count) = Linter.fix(findings, in: file)
            guard count > 0 else { continue }
            try SourceFiles.write(text, to: path)
            fixed += count
        }
        let remaining = lint(report.files)
        return (
            fixed,
            LintReport(
                findings: remaining.findings, files: remaining.files,
                unreadable: report.unreadable + remaining.unreadable)
        )
    }

    /// One source text, fixed.
    ///
    /// - Returns: The new text and the number of findings that it fixes.
    /// - Complexity: Linear in the size of the text.
    public func fix(source: String, path: String = "source.swift") -> (text: String, count: Int) {
        Linter.fix(lint(source: source, path: path), in: LintedFile(path: path, text: source))
    }
}
#endif
