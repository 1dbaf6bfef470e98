// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ContextVarsAutomatic
import ExampleSupport
import Logging

/// The command: options, and which of the two programs they ask for.
@main
struct Quickstart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Quickstart",
        abstract: "An HTTP server whose requests carry context variables, and a client that checks every value.",
        discussion: """
            Starts a Hummingbird server on 127.0.0.1 and sends it many requests at once, each with an x-request-id \
            and its own x-tenant. Every hop of a request (task, group, actor, queue, event loop, thread) \
            reports the values it saw; the client compares each with what it sent. Exits with status 1 when a \
            value is wrong or a request fails.
            """
    )

    @Option(help: "How many requests to send.")
    var requests = 500

    @Option(help: "How many requests are under way at any time.")
    var concurrency = 32

    @Flag(help: "Send nothing: print the address and serve until SIGINT or SIGTERM, for curl or wrk.")
    var serve = false

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 0

    @Option(help: "The least severe log lines to print, on standard error.")
    var logLevel = LogLevel.warning

    @Flag(help: "Leave out one snapshot on purpose, to see the client find the wrong values.")
    var forgetSnapshot = false

    @Flag(help: "Take no snapshot for Dispatch and threads: the values follow by themselves.")
    var automatic = false

    @Flag(help: "Print each line that reads a variable whose context is lost, and the line that handed the work over.")
    var findLoss = false

    @Option(help: "Record what happens to contexts into a file, for `contextvars view` and Perfetto.")
    var record: String?

    func validate() throws {
        try check("--requests", requests, within: 1...1_000_000)
        try check("--concurrency", concurrency, within: 1...1_000)
        try check("--port", port, within: 0...65_535)
        guard !(automatic && forgetSnapshot) else {
            throw ValidationError("With --automatic there is no snapshot to forget.")
        }
    }

    func run() async throws {
        LoggingSystem.bootstrap(withContextVariablesAt: logLevel.level)
        if automatic { try AutomaticPropagation.enable() }
        let observation = Observation(findsLoss: findLoss, file: record)
        observation.start()
        let handler = HopsHandler(forgetsSnapshot: forgetSnapshot, isAutomatic: automatic)
        let server = Server(port: port, handler: handler)
        if serve {
            try await server.serve()
            try observation.end()
        } else {
            let driver = LoadDriver(requests: requests, concurrency: concurrency, isAutomatic: automatic)
            try await server.whileRunning { port in
                let report = try await driver.run(against: port)
                report.print()
                try observation.end()
                // At once: a request that never ended would hold up the server's graceful stop.
                if !report.isClean { Self.exit(withError: ExitCode.failure) }
            }
        }
    }
}
