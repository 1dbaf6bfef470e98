// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// What each program that measures rows can be told.
package struct MeasuringOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where to write the rows as JSON.", valueName: "file"))
    var json: String?

    @Option(
        help: ArgumentHelp(
            "Only rows in whose line, \"group | operation | peer\" or \"growth | operation\", this is found.",
            valueName: "regex"))
    package private(set) var filter: String?

    @Option(help: "How many batches of each side are measured.")
    var rounds = 101

    @Flag(help: "Measures a debug build too, where no row has a bar.")
    var unoptimized = false

    package init() {}

    /// Refuses what can't be measured: a debug build that isn't meant, a filter that leaves nothing.
    package func check(_ selection: Selection) throws {
        guard Build.current != .debug || unoptimized else {
            throw ValidationError("Bars are for release builds: swift run -c release …, or --unoptimized.")
        }
        guard rounds > 0 else { throw ValidationError("--rounds must be at least 1.") }
        let filtered: Selection
        do {
            filtered = try selection.filtered(by: filter)
        } catch {
            throw ValidationError("--filter \(filter ?? "") is no regular expression.")
        }
        if filtered.isEmpty { throw ValidationError("--filter \(filter ?? "") leaves no row.") }
    }

    /// Measures what the filter leaves, prints it, and writes the file that was asked for.
    package func measure(_ selection: Selection) async throws -> Results {
        let results = try await Results(of: selection.filtered(by: filter), Runner(rounds: rounds))
        print(results.text)
        if let json { try results.outcomes.compactMap(ReportedRow.init).write(to: URL(filePath: json)) }
        return results
    }
}
