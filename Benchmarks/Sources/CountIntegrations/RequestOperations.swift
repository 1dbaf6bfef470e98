// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsHummingbird
import Counting
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded

/// Requests from the router to the last byte of the body, without a connection.
enum RequestOperations {
    static let all = [
        Operation("Hummingbird request") { meter in try await respond(with: [], meter) },
        Operation("Hummingbird request with ContextMiddleware") { meter in
            try await respond(with: [ContextMiddleware(requestID: Variables.id)], meter)
        },
    ]

    @SingleThread
    private static func respond(
        with middleware: [any MiddlewareProtocol<Request, Response, BasicRequestContext>], _ meter: Meter
    ) async throws {
        let router = Router()
        for middleware in middleware { router.add(middleware: middleware) }
        router.get("/") { _, _ in "ok" }
        let responder = router.buildResponder()
        let request = Request(
            head: HTTPRequest(
                method: .get, scheme: "http", authority: "localhost", path: "/",
                headerFields: [HTTPField.Name("x-request-id")!: Variables.requestID]),
            body: RequestBody(buffer: ByteBuffer()))
        let context = BasicRequestContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Logger(label: "count")))
        try await meter.count { @SingleThread iterations in
            for _ in 0..<iterations {
                let response = try await responder.respond(to: request, context: context)
                try await response.body.write(DiscardingWriter())
            }
        }
    }
}

private struct DiscardingWriter: ResponseBodyWriter {
    func write(_ buffer: ByteBuffer) async throws {
        keep(buffer.readableBytes)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
