// SPDX-License-Identifier: Apache-2.0
/// The places of a job as a table, with the values that each has seen.
struct JobTable: CustomStringConvertible {
    private let rows: [[String]]

    /// - Returns: `nil` for a job that isn't done.
    init?(_ job: Job) {
        guard let sightings = job.sightings else { return nil }
        let keys = ["request-id", "tenant", "language", "user", "attempt"]
        rows = [["place"] + keys] + sightings.map { [$0.place] + cells($0.variables) }

        func cells(_ values: Values) -> [String] { keys.map { values.byKey[$0] ?? "nil" } }
    }

    var description: String {
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
