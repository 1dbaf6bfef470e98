// SPDX-License-Identifier: Apache-2.0
import ExampleSupport
import Hummingbird
import ServiceLifecycle

/// The HTTP server: one route behind the context middleware.
struct Server {
    let port: Int
    let handler: HopsHandler

    /// Serves until SIGINT or SIGTERM, then lets the requests under way finish.
    func serve() async throws {
        try await application { port in
            print(
                """
                Serving on http://127.0.0.1:\(port) until Ctrl-C. Try:
                  curl -H 'x-request-id: r-1' -H 'x-tenant: acme' http://127.0.0.1:\(port)/hops
                """
            )
            flushOutput()
        }
        .runService()
    }

    /// Runs `body` with the server's port while the server is up, and stops the server afterwards.
    func whileRunning<Result: Sendable>(_ body: (Int) async throws -> Result) async throws -> Result {
        let (ports, started) = AsyncStream.makeStream(of: Int.self)
        let application = application { started.yield($0) }
        let services = ServiceGroup(services: [application], logger: log)

        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // A server that can't start must not leave the loop below waiting for its port.
                defer { started.finish() }
                try await services.run()
            }
            for await port in ports {
                let result = try await body(port)
                await services.triggerGracefulShutdown()
                try await group.waitForAll()
                return result
            }
            try await group.waitForAll()
            throw CancellationError()
        }
    }

    private func application(onStart: @escaping @Sendable (Int) -> Void) -> some ApplicationProtocol {
        let router = Router()
        router.add(middleware: ContextMiddleware())
        router.get("hops") { _, _ in try await handler.hops() }
        return Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in onStart(channel.localAddress?.port ?? 0) },
            logger: log
        )
    }
}
