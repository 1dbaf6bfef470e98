// SPDX-License-Identifier: Apache-2.0
/// How prices grow, as text: a line for each operation.
struct GrowthTable {
    let outcomes: [GrowthOutcome]

    var text: String {
        outcomes.map { outcome in
            let growth = outcome.growth
            let points = zip(growth.numbers, outcome.figures).map { number, statistics in
                "\(grouped(number)): \(figure(statistics.median)) \(growth.unit.rawValue) ±\(percent(statistics.spread))"
            }
            return "\(growth.operation), by \(growth.parameter)\n    " + points.joined(separator: "   ")
        }
        .joined(separator: "\n")
    }
}
