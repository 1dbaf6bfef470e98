// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The measured rows as text, one line each.
struct Table {
    let outcomes: [Outcome]

    var text: String {
        let header = [
            "group", "operation", "peer", "ours", "±", "peer's", "±", "unit", "ratio", "±", "bar", "", "allocations",
        ]
        let lines = [header] + outcomes.map(cells)
        return columns(lines, alignedRight: 3...10)
    }

    private func cells(_ outcome: Outcome) -> [String] {
        let row = outcome.row
        return [
            row.group ?? "", row.operation, row.peer,
            figure(outcome.ours.median), percent(outcome.ours.spread),
            figure(outcome.peer.median), percent(outcome.peer.spread),
            row.unit.rawValue,
            fixed(outcome.ratio, 2), fixed(outcome.uncertainty, 2),
            row.bar.map { (row.higherIsBetter ? "≥ " : "≤ ") + fixed($0, 2) } ?? "",
            row.bar == nil ? "" : outcome.reachesBar ? "ok" : "MISSES",
            row.unit == .nanoseconds
                ? "\(fixed(outcome.oursAllocations, 2)) / \(fixed(outcome.peerAllocations, 2))" : "",
        ]
    }
}

/// A number as people write it.
package func grouped(_ number: Int) -> String {
    number.formatted(.number.locale(.init(identifier: "en_US")))
}

/// Lines of as many cells as the first one, in columns.
package func columns(_ lines: [[String]], alignedRight numbers: ClosedRange<Int> = 1...2) -> String {
    let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
        zip(line, widths).enumerated()
            .map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return numbers.contains(column) ? padding + cell.0 : cell.0 + padding
            }
            .joined(separator: "  ")
    }
    .joined(separator: "\n")
}

/// A figure with three digits or so.
package func figure(_ number: Double) -> String {
    fixed(number, number >= 100 ? 0 : number >= 10 ? 1 : 2)
}

/// A share as a percentage.
func percent(_ share: Double) -> String {
    fixed(share * 100, 0) + "%"
}

/// A number with so many decimals.
func fixed(_ number: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", number)
}
