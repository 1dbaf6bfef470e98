// SPDX-License-Identifier: Apache-2.0
#if Tools
import SwiftSyntax

/// Where the lines of a text begin.
///
/// Cheaper than `SourceLocationConverter`, which walks through all tokens.
struct LineTable: Sendable {
    private let starts: [Int]

    init(_ text: String) {
        var starts = [0]
        for (offset, byte) in text.utf8.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
        self.starts = starts
    }

    /// The line and the column of a position, both from 1; the column in bytes.
    func location(for position: AbsolutePosition) -> (line: Int, column: Int) {
        // The last line that begins at or before the position.
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= position.utf8Offset { low = middle } else { high = middle }
        }
        return (low + 1, position.utf8Offset - starts[low] + 1)
    }
}
#endif
