// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ExampleSupport

/// The command: the check, and the two processes that it starts.
@main
struct Jobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Jobs",
        abstract: "The variables of a request, in the job that it leaves behind.",
        discussion: """
            A Hummingbird service puts jobs into a database, each with the declared variables of its request. A worker \
            takes each one, runs it in a context with these variables, and logs with them. It is killed in the middle, \
            and started again.
            """,
        subcommands: [CheckCommand.self, ServiceCommand.self, WorkerCommand.self],
        defaultSubcommand: CheckCommand.self
    )
}

/// The options of both processes.
struct ProcessOptions: ParsableArguments {
    @Option(help: "The path of the SQLite database; made where there is none.")
    var database: String

    @Option(help: "The least severe log lines to print, on standard error: trace, debug, info, notice, warning, …")
    var logLevel = LogLevel.warning

    @Option(help: ArgumentHelp("Make a mistake on purpose.", valueName: "what"))
    var forget: [Mistake] = []
}

/// What can be forgotten on purpose, to see the check find it.
enum Mistake: String, CaseIterable, ExpressibleByArgument {
    /// The service writes no variables to the row.
    case column
    /// The service lets those outside set what is its own to set.
    case directions
    /// The worker runs a job without the row's variables.
    case receiving
    /// The worker's callback on a queue has no snapshot.
    case queue
    /// Log lines have no variables.
    case logging
    /// A new worker doesn't take again what the last one was at.
    case requeue
}
