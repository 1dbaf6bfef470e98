// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import ContextVarsTracing
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
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
    over setup: TestingSetup = .live,
    routes: (Router<BasicRequestContext>) -> Void, test: @Sendable (any TestClientProtocol) async throws -> Void
) async throws {
    let router = Router()
    for middleware in middleware { router.add(middleware: middleware) }
    routes(router)
    var logger = Logger(label: "test")
    logger.logLevel = .error
    let application = Application(
        router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)), logger: logger)
    try await application.test(setup, test)
}

extension TestResponse {
    var text: String { String(buffer: body) }
}

extension TestClientProtocol {
    func get(_ uri: String, _ headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: uri, method: .get, headers: headers) { $0 }
    }
}
#endif
