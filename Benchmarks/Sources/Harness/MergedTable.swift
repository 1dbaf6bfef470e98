// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// Several runs side by side, of several builds say, as a Markdown table.
package struct MergedTable {
    private let runs: [[Title: ReportedRow]]
    private let builds: [String]
    /// All rows of all runs, in the order in which they come.
    private let titles: [Title]

    private struct Title: Hashable {
        let operation, peer: String
    }

    /// Reads the files that `--json` has written, and keeps what has a regular expression in its title.
    ///
    /// - Throws: `ValidationError` for a file that can't be read, or isn't one of those.
    package init(of files: [String], filter: String?) throws {
        let pattern = try filter.map { try Regex($0).ignoresCase() }
        let rows = try files.map { file in
            do {
                return try [ReportedRow](contentsOf: URL(filePath: file)).filter { row in
                    pattern.map { row.title.contains($0) } ?? true
                }
            } catch {
                throw ValidationError("\(file) is no file that --json has written: \(error.localizedDescription)")
            }
        }
        let builds = rows.compactMap(\.first?.build)
        // Runs of one build are told by their files.
        self.builds =
            Set(builds).count == files.count
            ? builds : files.map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
        titles =
            rows.joined().reduce(into: (seen: Set<Title>(), inOrder: [Title]())) { titles, row in
                let title = Title(operation: row.op, peer: row.peer)
                if titles.seen.insert(title).inserted { titles.inOrder.append(title) }
            }.inOrder
        runs = rows.map { rows in
            Dictionary(rows.map { (Title(operation: $0.op, peer: $0.peer), $0) }) { first, _ in first }
        }
    }

    package var markdown: String {
        let header = ["operation", "peer"] + builds + ["bar"]
        let lines = [header, header.map { _ in "---" }] + titles.map(cells)
        return (lines.map { "| \($0.joined(separator: " | ")) |" } + ["", legend]).joined(separator: "\n")
    }

    private func cells(_ title: Title) -> [String] {
        let rows = runs.map { $0[title] }
        // Types have angle brackets, which would be HTML.
        return [title.operation, title.peer].map { $0.replacing("<", with: "\\<") } + rows.map(cell) + [
            bars(rows.compactMap(\.self))
        ]
    }

    private func cell(_ row: ReportedRow?) -> String {
        guard let row else { return "–" }
        let ratio = fixed(row.ratio, 2)
        let figures = "\(figure(row.oursNs)) / \(figure(row.peerNs)) \(row.unit)"
        return "\(row.reachesBar ? ratio : "**\(ratio)**") (\(figures))"
    }

    /// One bar where all runs have the same, else that of each.
    private func bars(_ rows: [ReportedRow]) -> String {
        guard let first = rows.first else { return "" }
        let sign = first.higherIsBetter ? "≥" : "≤"
        let bars = rows.map { fixed($0.bar, 2) }
        return "\(sign) \(Set(bars).count == 1 ? bars[0] : bars.joined(separator: "; "))"
    }

    private var legend: String {
        let counts = zip(builds, runs).map { build, rows in
            "\(build): \(rows.values.count { $0.reachesBar }) of \(rows.count) rows reach their bar"
        }
        return "Ratio (ours / peer's). Bold: misses its bar. \(counts.joined(separator: "; "))."
    }
}
