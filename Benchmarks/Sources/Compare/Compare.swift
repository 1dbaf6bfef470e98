import ArgumentParser
import Foundation

/// Measures ours and the peers in one process and run, and says whether each row reaches its bar.
@main
struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Measures context variables against what else there is, in one run.",
        discussion: "Ends with status 1 where a row misses its bar.")

    @Option(help: ArgumentHelp("Where to write the rows.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Only rows in whose line (operation | peer) this is found.", valueName: "regex"))
    var filter: String?

    @Option(help: "How many batches of each side are measured.")
    var rounds = 101

    func validate() throws {
        guard rounds > 0 else { throw ValidationError("--rounds must be at least 1.") }
        if let filter, (try? Regex(filter)) == nil { throw ValidationError("--filter \(filter) is no regular expression.") }
    }

    func run() async throws {
        let selection = try Selection(filter)
        let rows = selection.rows
        print(Machine().description, terminator: "\n\n")
        let outcomes = try await measure(rows)
        print(Table(outcomes: outcomes).text)
        if let json { try JSONReport(outcomes: outcomes).data().write(to: URL(fileURLWithPath: json)) }

        let missing = outcomes.count { !$0.reachesBar }
        print("\n\(outcomes.count - missing) of \(outcomes.count) rows reach their bar.")
        if missing > 0 { throw ExitCode(1) }
    }

    private func measure(_ rows: [Row]) async throws -> [Outcome] {
        let runner = Runner(rounds: rounds)
        var progress = ProgressBar(total: rows.count)
        var outcomes: [Outcome] = []
        for row in rows {
            progress.show(row.title)
            outcomes.append(try await runner.measure(row))
            progress.advance()
        }
        progress.finish()
        return outcomes
    }
}

/// The rows that a run measures.
struct Selection {
    let rows: [Row]

    init(_ filter: String?) throws {
        let all = Get.rows + SetReset.rows + Scopes.rows + Tasks.rows + Map.rows + Memory.rows + Threads.rows
        guard let filter else {
            rows = all
            return
        }
        let pattern = try Regex(filter).ignoresCase()
        rows = all.filter { $0.title.contains(pattern) }
    }
}
