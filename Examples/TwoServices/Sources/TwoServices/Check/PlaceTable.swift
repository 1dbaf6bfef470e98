// SPDX-License-Identifier: Apache-2.0
/// The places of a request as a table, with the values that each has seen.
struct PlaceTable: CustomStringConvertible {
    private let rows: [[String]]

    init(_ verdict: Verdict) {
        let wrong = Set(verdict.wrongValues.map(\.place))
        rows =
            [["place", "request-id", "tenant", "deadline", "language", "user", "trace"]]
            + verdict.hops.map { hop in
                let place = "\(hop.service)/\(hop.place)"
                let values = hop.variables
                return [
                    place, values.requestID ?? "nil", values.tenant ?? "nil", values.deadline ?? "nil",
                    values.language ?? "nil", values.user ?? "nil",
                    (hop.traceID ?? "nil") + (wrong.contains(place) ? "   <- wrong" : ""),
                ]
            }
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
