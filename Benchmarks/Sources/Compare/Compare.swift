// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Harness

/// Measures ours and the peers in one run, and says whether each row reaches its bar.
@main
struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Measures context variables against what else there is, in one run.",
        discussion: "Ends with status 1 where a row misses its bar.")

    @OptionGroup var options: MeasuringOptions

    @Option(help: ArgumentHelp("Where to write charts as SVG; needs Python with matplotlib.", valueName: "dir"))
    var plot: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Measures nothing, but prints JSON files of several runs side by side, as Markdown.", valueName: "file"))
    var merge: [String] = []

    /// What this process does when `compare` starts itself: memory is measured in a process that does nothing else.
    @Option(help: .hidden)
    var burst: Burst.Kind?

    private static let everything = Selection(
        [
            "get": Get.rows,
            "set": SetReset.rows,
            "scopes": Scopes.rows + AsyncScopes.rows,
            "children": Children.rows,
            "tasks": Tasks.rows + TaskKinds.rows,
            "first use": FirstUse.rows,
            "large": LargeContexts.rows,
            "cpython": CPythonRows.rows,
            "map": Map.rows,
            "memory": Memory.rows + Burst.rows,
            "threads": Threads.rows,
            "automatic": Automatic.rows,
            "recorder": Recorder.rows,
            "floors": Floors.rows,
        ],
        growth: Growth.all)

    func validate() throws {
        if burst == nil && merge.isEmpty { try options.check(Self.everything) }
    }

    func run() async throws {
        if let burst { return try await burst.perform() }
        if !merge.isEmpty { return print(try MergedTable(of: merge, filter: options.filter).markdown) }
        let charts = plot.map(Plot.init)
        try charts?.check()
        print(Machine().description)
        print("CPython    \((try? await CPython.clock.version()) ?? "not available")\n")

        let results = try await options.measure(Self.everything)
        try charts?.draw(results.outcomes, results.growth)
        if !results.reachAllBars { throw ExitCode(1) }
    }
}
