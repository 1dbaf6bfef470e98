// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ExampleSupport

/// The check: both services as separate processes, and a client that knows what each place must see.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Start both services, send them many requests at once, and check every value. The default.",
        discussion: """
            Each request has an id, a tenant, a deadline and its own language; some bring a hostile baggage header. \
            Every place that a request comes to reports what its code, its log line and its span had, and the services \
            report how many headers they rejected. Exits with status 1 when a value is wrong or a request fails.
            """
    )

    @Option(help: "How many requests to send.")
    var requests = 500

    @Option(help: "How many requests are under way at any time.")
    var concurrency = 32

    @Option(help: "The least severe log lines that the services print, on standard error.")
    var logLevel = LogLevel.warning

    @Option(
        help: ArgumentHelp(
            "Leave out an integration on purpose, to see the check find the wrong values.", valueName: "integration"))
    var forget: [Integration] = []

    func validate() throws {
        try check("--requests", requests, within: 1...1_000_000)
        try check("--concurrency", concurrency, within: 1...1_000)
    }

    func run() async throws {
        let report = try await endingOnSignals { try await checkedServices() }
        report.print()
        if !report.isClean { throw ExitCode.failure }
    }

    private func checkedServices() async throws -> Report {
        let options =
            ["--log-level", logLevel.level.rawValue] + forget.flatMap { ["--forget", $0.rawValue] }
        let backend = ServiceProcess(name: "backend", arguments: options)
        return try await backend.whileRunning { backendPort in
            let gateway = ServiceProcess(name: "gateway", arguments: options + ["--backend-port", "\(backendPort)"])
            return try await gateway.whileRunning { gatewayPort in
                try await LoadDriver(
                    requests: requests, concurrency: concurrency, gatewayPort: gatewayPort, backendPort: backendPort,
                    forgotten: forget
                ).run()
            }
        }
    }
}
