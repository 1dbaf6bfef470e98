// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// The `// contextvars:ignore reason` comments of a file.
///
/// A comment holds for the line that it ends, or for the next line of code if it has a line to itself. With rules in
/// brackets, `// contextvars:ignore[detached-task] reason`, it holds for these only.
struct IgnoreComments {
    private struct Comment {
        let line: Int
        /// Where it stands, in bytes.
        let range: Range<Int>
        /// The line whose findings are ignored.
        let target: Int
        let rules: Set<String>
        let reason: String
    }

    private let comments: [Comment]

    init(_ file: LintedFile) {
        guard file.text.contains(marker) else {
            comments = []
            return
        }
        var comments: [Comment] = []
        var codeLines: [Int] = []
        for token in file.tree.tokens(viewMode: .sourceAccurate) {
            var offset = token.position.utf8Offset
            for piece in token.leadingTrivia {
                if let comment = IgnoreComments.read(piece, at: offset, in: file) { comments.append(comment) }
                offset += piece.sourceLength.utf8Length
            }
            codeLines.append(file.locations.location(for: token.positionAfterSkippingLeadingTrivia).line)
            offset = token.endPositionBeforeTrailingTrivia.utf8Offset
            for piece in token.trailingTrivia {
                if let comment = IgnoreComments.read(piece, at: offset, in: file) { comments.append(comment) }
                offset += piece.sourceLength.utf8Length
            }
        }
        self.comments = comments.map { comment in
            // Code of the same line starts before the comment.
            let target = codeLines.contains(comment.line) ? comment.line : codeLines.first { $0 > comment.line }
            return Comment(
                line: comment.line, range: comment.range, target: target ?? comment.line, rules: comment.rules,
                reason: comment.reason)
        }
    }

    private static func read(_ piece: TriviaPiece, at offset: Int, in file: LintedFile) -> Comment? {
        guard case .lineComment(let text) = piece else { return nil }
        var rest = text.drop { $0 == "/" }.drop { $0 == " " }
        guard rest.hasPrefix(marker) else { return nil }
        rest = rest.dropFirst(marker.count)
        var rules: Set<String> = []
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            rules = Set(
                rest[rest.index(after: rest.startIndex)..<end].split { $0 == "," || $0 == " " }.map(String.init))
            rest = rest[rest.index(after: end)...]
        }
        let reason = rest.drop { $0 == " " || $0 == ":" }
        return Comment(
            line: file.locations.location(forOffset: offset).line, range: offset..<offset + text.utf8.count, target: 0,
            rules: rules, reason: String(reason))
    }

    /// The findings, with those marked that a comment has a reason to ignore; and findings about the comments themselves.
    func apply(to findings: [Finding], in file: LintedFile) -> [Finding] {
        guard !comments.isEmpty else { return findings }
        var used: Set<Int> = []
        var findings = findings
        for index in findings.indices {
            let finding = findings[index]
            guard
                let comment = comments.firstIndex(where: { comment in
                    comment.target == finding.line
                        && (comment.rules.isEmpty || comment.rules.contains(finding.rule.rawValue))
                })
            else { continue }
            used.insert(comment)
            if !comments[comment].reason.isEmpty { findings[index].ignored = comments[comment].reason }
        }
        for (index, comment) in comments.enumerated() {
            guard comment.reason.isEmpty || !used.contains(index) else { continue }
            let (message, advice) =
                comment.reason.isEmpty
                ? ("this comment has no reason, so it ignores nothing", "write why: `// contextvars:ignore reason`")
                : ("there is nothing here for this comment to ignore", "remove it")
            findings.append(file.finding(.ignoreComment, in: comment.range, message, advice: advice))
        }
        return findings
    }
}

private let marker = "contextvars:ignore"
#endif
