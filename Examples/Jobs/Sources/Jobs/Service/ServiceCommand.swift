// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ContextVarsHummingbird
import ContextVarsTracing
import ExampleSupport
import Hummingbird
import Logging

/// The HTTP service.
struct ServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service",
        abstract: "Take jobs over HTTP until SIGINT or SIGTERM; prints its address.",
        discussion: "POST /jobs puts the body into the database as a job, and answers its id."
    )

    @OptionGroup var options: ProcessOptions

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 0

    func validate() throws {
        try check("--port", port, within: 0...65_535)
    }

    func run() async throws {
        LoggingSystem.bootstrap(options.logLevel.level, forgetting: options.forget)
        let store = try JobStore(path: options.database)
        let requests = try requestInstrument(forgetting: options.forget)
        let handler = JobsHandler(
            store: store, messages: options.forget.contains(.column) ? nil : try messageInstrument())

        let router = Router()
        router.add(middleware: ContextMiddleware(requestID: Current.requestID, instrument: requests))
        router.add(middleware: EdgeMiddleware())
        router.post("jobs") { request, _ in try await handler.add(request) }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in Announcement.listening(port: channel.localAddress?.port ?? 0).print() },
            logger: log
        )
        try await application.runService()
    }
}
