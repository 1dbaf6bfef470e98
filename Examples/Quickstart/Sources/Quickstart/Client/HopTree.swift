// SPDX-License-Identifier: Apache-2.0
/// A request's hops as a tree, the values that each saw in columns beside it.
struct HopTree: CustomStringConvertible {
    private var rows: [Row] = []

    private struct Row {
        let label: String
        let hop: Hop
        let isWrong: Bool
    }

    init(_ verdict: Verdict) {
        let wrongPaths = Set(verdict.wrongValues.map(\.path))
        addRows(for: verdict.hops, under: nil, indent: "", wrongPaths: wrongPaths)
    }

    var description: String {
        let labels = column("hop", rows.map(\.label))
        let requestIDs = column("requestID", rows.map { $0.hop.requestID ?? "nil" })
        let tenants = column("tenant", rows.map { $0.hop.tenant })
        let steps = ["step"] + rows.map { $0.hop.step + ($0.isWrong ? "   <- wrong" : "") }
        return labels.indices
            .map { "\(labels[$0])  \(requestIDs[$0])  \(tenants[$0])  \(steps[$0])" }
            .joined(separator: "\n")
    }

    private mutating func addRows(for hops: [Hop], under parent: String?, indent: String, wrongPaths: Set<String>) {
        for (index, hop) in hops.enumerated() {
            let isLast = index == hops.count - 1
            let path = parent.map { "\($0)/\(hop.name)" } ?? hop.name
            rows.append(
                Row(label: indent + (isLast ? "└─ " : "├─ ") + hop.name, hop: hop, isWrong: wrongPaths.contains(path))
            )
            addRows(
                for: hop.children,
                under: path,
                indent: indent + (isLast ? "   " : "│  "),
                wrongPaths: wrongPaths
            )
        }
    }

    private func column(_ title: String, _ cells: [String]) -> [String] {
        let width = cells.map(\.count).reduce(title.count, max)
        return ([title] + cells).map { $0 + String(repeating: " ", count: width - $0.count) }
    }
}
