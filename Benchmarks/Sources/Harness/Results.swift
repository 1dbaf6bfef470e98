// SPDX-License-Identifier: Apache-2.0
/// What a run has measured, and what it couldn't.
package struct Results {
    package private(set) var outcomes: [Outcome] = []
    package private(set) var growth: [GrowthOutcome] = []
    private var skipped: [String] = []

    init(of selection: Selection, _ runner: Runner) async throws {
        var progress = StepProgress(total: selection.rows.count + selection.growth.count)
        for row in selection.rows {
            progress.show(row.title)
            do {
                outcomes.append(try await runner.measure(row))
            } catch let error as Unavailable {
                skipped.append("skipped: \(row.title): \(error.reason)")
            }
            progress.advance()
        }
        for operation in selection.growth {
            progress.show(operation.title)
            growth.append(try await runner.measure(operation))
            progress.advance()
        }
        progress.finish()
    }

    package var reachAllBars: Bool { outcomes.allSatisfy(\.reachesBar) }

    var text: String {
        var parts: [String] = []
        if !outcomes.isEmpty { parts += [Table(outcomes: outcomes).text, summary] }
        if !skipped.isEmpty { parts.append(skipped.joined(separator: "\n")) }
        if !growth.isEmpty { parts.append("How prices grow\n\n" + GrowthTable(outcomes: growth).text) }
        return parts.joined(separator: "\n\n")
    }

    private var summary: String {
        let withBar = outcomes.filter { $0.row.bar != nil }
        let reached = withBar.count { $0.reachesBar }
        let build = Build.current.rawValue
        return "\(build): \(reached) of \(withBar.count) rows reach their bar; ±: interquartile range of the batches, "
            + "and two standard errors of the ratio."
    }
}
