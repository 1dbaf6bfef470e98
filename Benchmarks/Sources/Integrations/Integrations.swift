// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Harness

/// What the integrations cost.
@main
struct Integrations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "integrations",
        abstract: "Measures what the integrations cost beside the same code without them, in one run.",
        subcommands: [Measure.self, Serve.self],
        defaultSubcommand: Measure.self)
}

/// Measures both sides of each row, and says whether it reaches its bar.
struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures the rows; what is done where no subcommand is named.",
        discussion: "Ends with status 1 where a row misses its bar.")

    @OptionGroup var options: MeasuringOptions

    private static let everything = Selection(
        rows: LogLines.rows + Futures.rows + Channels.rows + BaggageRows.rows + Queues.rows + Sequences.rows
            + Requests.rows)

    func validate() throws {
        try options.check(Self.everything)
    }

    func run() async throws {
        print(Machine().description + "\n")
        let results = try await options.measure(Self.everything)
        if let stations = Stations(results.outcomes) { print("\n" + stations.text) }
        if !results.reachAllBars { throw ExitCode(1) }
    }
}
