import ArgumentParser
import Foundation

/// Measures ours and the peers in one run, and says whether each row reaches its bar.
@main
struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Measures context variables against what else there is, in one run.",
        discussion: "Ends with status 1 where a row misses its bar.")

    @Option(help: ArgumentHelp("Where to write the rows as JSON.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Where to write charts as SVG; needs Python with matplotlib.", valueName: "dir"))
    var plot: String?

    @Option(
        help: ArgumentHelp(
            "Only rows in whose line, \"operation | peer\" or \"growth | operation\", this is found.",
            valueName: "regex"))
    var filter: String?

    @Option(help: "How many batches of each side are measured.")
    var rounds = 101

    func validate() throws {
        #if DEBUG
        throw ValidationError("Only a release build says something: swift run -c release …")
        #else
        try validateOptions()
        #endif
    }

    private func validateOptions() throws {
        guard rounds > 0 else { throw ValidationError("--rounds must be at least 1.") }
        let selection: Selection
        do {
            selection = try Selection(filter)
        } catch {
            throw ValidationError("--filter \(filter ?? "") is no regular expression.")
        }
        if selection.isEmpty { throw ValidationError("--filter \(filter ?? "") leaves no row.") }
    }

    func run() async throws {
        let charts = plot.map(Plot.init)
        try charts?.check()
        print(Machine().description)
        print("CPython    \((try? await CPython.clock.version()) ?? "not available")\n")

        let results = try await Results(of: Selection(filter), Runner(rounds: rounds))
        print(results.text)
        if let json { try JSONReport(outcomes: results.outcomes).data().write(to: URL(filePath: json)) }
        try charts?.draw(results.outcomes, results.growth)
        if !results.reachAllBars { throw ExitCode(1) }
    }
}
