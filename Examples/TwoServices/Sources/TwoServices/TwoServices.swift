// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ExampleSupport

/// The command: the check, and the two services that it starts.
@main
struct TwoServices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "TwoServices",
        abstract: "A request's id, tenant and deadline, set once and seen everywhere in two services.",
        discussion: """
            A Hummingbird gateway calls a gRPC backend. The gateway sets the context variables of a request once; every \
            log line, callback and span of both services must see them.
            """,
        subcommands: [CheckCommand.self, GatewayCommand.self, BackendCommand.self],
        defaultSubcommand: CheckCommand.self
    )
}

/// The options of both services.
struct ServiceOptions: ParsableArguments {
    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 0

    @Option(help: "The least severe log lines to print, on standard error: trace, debug, info, notice, warning, …")
    var logLevel = LogLevel.warning

    @Option(help: ArgumentHelp("Leave out an integration on purpose.", valueName: "integration"))
    var forget: [Integration] = []

    func validate() throws {
        try check("--port", port, within: 0...65_535)
    }
}
