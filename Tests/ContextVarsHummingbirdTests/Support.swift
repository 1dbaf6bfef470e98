// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import ContextVarsTracing
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Testing
import Tracing

enum Current {
    static let requestID = ContextVar<String?>("request.id")
    static let tenant = ContextVar<String?>("tenant")
    static let user = ContextVar<String?>("user")
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name("x-request-id")!
    static let baggage = HTTPField.Name("baggage")!
}

func baggageInstrument() throws -> BaggageInstrument {
    BaggageInstrument([try BaggageEntry("tenant", Current.tenant)])
}

/// Serves on a port of the system's choice, and sends requests over TCP.
func serve(
    _ middleware: [any MiddlewareProtocol<Request, Response, BasicRequestContext>],
    routes: (Router<BasicRequestContext>) -> Void, test: @Sendable (Client) async throws -> Void
) async throws {
    let router = Router()
    for middleware in middleware { router.add(middleware: middleware) }
    routes(router)
    var logger = Logger(label: "test")
    logger.logLevel = .error
    let application = Application(
        router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)), logger: logger)
    try await serve(application, test: test)
}

/// Serves with an application until a test has ended, and everything that it has started.
func serve(_ application: some ApplicationProtocol, test: @Sendable (Client) async throws -> Void) async throws {
    try await application.test(.live) { live in
        try await Client.connect(to: try #require(live.port), test)
    }
}

/// A client with one connection.
///
/// Those that Hummingbird gives to tests end a request after 15 or 20 seconds, which one may take on a machine that has other
/// things to do.
struct Client: Sendable {
    let port: Int
    private let client: TestClient

    static func connect(to port: Int, _ body: @Sendable (Client) async throws -> Void) async throws {
        let client = TestClient(host: "localhost", port: port, configuration: .init(timeout: .seconds(3600)))
        client.connect()
        do {
            try await body(Client(port: port, client: client))
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    func get(
        _ uri: String, _ headers: HTTPFields = [:], authority: String = "localhost"
    ) async throws -> TestClient.Response {
        var headers = headers
        headers[.connection] = "keep-alive"
        return try await client.execute(
            TestClient.Request(uri, method: .get, authority: authority, headers: headers))
    }
}

extension TestClient.Response {
    var text: String { body.map { String(buffer: $0) } ?? "" }
}
#endif
