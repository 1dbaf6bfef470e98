// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// Where the lines of a text begin.
///
/// Cheaper than `SourceLocationConverter`, which walks through all tokens.
struct LineTable: Sendable {
    private let text: String
    private let starts: [Int]

    init(_ text: String) {
        self.text = text
        var starts = [0]
        for (offset, byte) in text.utf8.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
        self.starts = starts
    }

    /// The line and the column of a position, both from 1; the column in bytes.
    func location(for position: AbsolutePosition) -> (line: Int, column: Int) {
        location(forOffset: position.utf8Offset)
    }

    /// The same for an offset in bytes.
    func location(forOffset offset: Int) -> (line: Int, column: Int) {
        // The last line that begins at or before the position.
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return (low + 1, offset - starts[low] + 1)
    }

    /// The region of a part of the text, given in bytes.
    func region(_ range: Range<Int>) -> SourceRegion {
        let (start, end) = (location(forOffset: range.lowerBound), location(forOffset: range.upperBound))
        return SourceRegion(
            startLine: start.line, startColumn: utf16Column(start), endLine: end.line, endColumn: utf16Column(end))
    }

    private func utf16Column(_ location: (line: Int, column: Int)) -> Int {
        let lineStart = text.utf8.index(text.startIndex, offsetBy: starts[location.line - 1])
        let end = text.utf8.index(lineStart, offsetBy: location.column - 1)
        return text[lineStart..<end].utf16.count + 1
    }
}
#endif
