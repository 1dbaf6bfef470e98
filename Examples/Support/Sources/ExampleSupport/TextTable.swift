// SPDX-License-Identifier: Apache-2.0
/// Rows in columns that are as wide as their widest cell.
public struct TextTable: CustomStringConvertible {
    private let rows: [[String]]

    /// Creates a table of rows that have the same number of cells.
    public init(_ rows: [[String]]) {
        self.rows = rows
    }

    /// The rows, one a line.
    public var description: String {
        let columns = (rows.first ?? []).indices
        // The last column isn't filled up.
        let widths = columns.dropLast().map { column in rows.map { $0[column].count }.max() ?? 0 } + [0]
        return
            rows
            .map { row in
                zip(row, widths)
                    .map { cell, width in cell + String(repeating: " ", count: max(0, width - cell.count)) }
                    .joined(separator: "  ")
            }
            .joined(separator: "\n")
    }
}
