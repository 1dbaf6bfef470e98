// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsHummingbird
import Foundation
import HTTPTypes
import Harness
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded

/// The Hummingbird servers of the rows about requests.
enum HTTPServer {
    /// Answers, and nothing else.
    static func serve() async throws {
        try await serve(BasicMiddleware(), logger: Logger(asking: nil))
    }

    static func serveWithContext() async throws {
        let logger = Logger(asking: Variables.provider)
        try await Variables.withAll {
            try await serve(ContextMiddleware(requestID: Variables.id), logger: logger)
        }
    }

    static func serveWithTaskLocal() async throws {
        let logger = Logger(asking: Locals.provider)
        try await Locals.$tenant.withValue("acme") {
            try await Locals.$user.withValue(7) {
                try await serve(TaskLocalMiddleware(), logger: logger)
            }
        }
    }

    private static func serve(
        _ middleware: some RouterMiddleware<BasicRequestContext>, logger: Logger
    ) async throws {
        let router = Router()
        router.add(middleware: middleware)
        router.get("/") { _, _ in "ok" }
        router.get("/logged") { _, _ in
            for _ in 0..<5 { logger.info("a line") }
            return "ok"
        }
        router.get("/processor-time") { _, _ in "\(processorTime())" }
        var silent = Logger(label: "server")
        silent.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { Serve.announce(port: $0.localAddress?.port ?? 0) }, logger: silent)
        try await application.run()
    }

    /// Measures requests from the router to the last byte of the body.
    nonisolated(nonsending) static func respond(
        _ middleware: some RouterMiddleware<BasicRequestContext>, _ meter: Meter
    ) async throws {
        let router = Router()
        router.add(middleware: middleware)
        router.get("/") { _, _ in "ok" }
        let responder = router.buildResponder()
        let request = Request(
            head: HTTPRequest(
                method: .get, scheme: "http", authority: "localhost", path: "/",
                headerFields: [HTTPField.Name("x-request-id")!: requestID]),
            body: RequestBody(buffer: ByteBuffer()))
        let context = BasicRequestContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Logger(asking: nil)))
        try await meter.measure { iterations in
            for _ in 0..<iterations {
                let response = try await responder.respond(to: request, context: context)
                try await response.body.write(DiscardingWriter())
            }
        }
    }

    /// What the process has used of the processors, in nanoseconds.
    private static func processorTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }
}

/// What one would write without this library: the request's id in a task local, and in the response.
struct TaskLocalMiddleware<Context: RequestContext>: RouterMiddleware {
    private let header = HTTPField.Name("x-request-id")!

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let id = request.headers[header] ?? context.id
        var response = try await Locals.$id.withValue(id) { try await next(request, context) }
        response.headers[header] = id
        return response
    }
}

private struct BasicMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        try await next(request, context)
    }
}

private struct DiscardingWriter: ResponseBodyWriter {
    func write(_ buffer: ByteBuffer) async throws {
        keep(buffer.readableBytes)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
