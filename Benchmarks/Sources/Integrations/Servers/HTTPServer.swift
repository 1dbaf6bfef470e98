// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsHummingbird
import Foundation
import HTTPTypes
import Harness
import Hummingbird
import Logging

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

    /// What the process has used of the processors, in nanoseconds.
    private static func processorTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }
}

/// What one would write without this library: the request's id in a task local.
private struct TaskLocalMiddleware<Context: RequestContext>: RouterMiddleware {
    private let header = HTTPField.Name("x-request-id")!

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        try await Locals.$id.withValue(request.headers[header] ?? context.id) {
            try await next(request, context)
        }
    }
}

private struct BasicMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        try await next(request, context)
    }
}
