// SPDX-License-Identifier: Apache-2.0
#if GRPC
import ContextVars
import ContextVarsGRPC
import ContextVarsTracing
import GRPCCore
import InMemoryTracing
import Synchronization
import Testing
import Tracing

/// What the interceptors add, what they leave alone, and what is lost without them.
@Suite(.timeLimit(.minutes(15))) struct InterceptorTests {
    // MARK: - Without them

    @Test func `Without the client's interceptor nothing is sent`() async throws {
        try await Connection.with(.returning { _ in Current.seen() }, client: []) { connection in
            let seen = try await Current.requestID.withValue("r") { try await connection.unary() }
            #expect(seen == "nil public none")
        }
    }

    @Test func `Without the server's interceptor nothing is received, and a handler has no context to set in`()
        async throws
    {
        let service = TestService.returning { request in
            let error = #expect(throws: ContextError.self) { try Current.tenant.set("x") }
            return "\(Current.seen()), \(Array(request.metadata[stringValues: "baggage"])), \(error != nil)"
        }
        let seen = try await Task.detached {
            try await Connection.with(service, server: []) { connection in
                try await Current.requestID.withValue("r") { try await connection.unary() }
            }
        }.value
        #expect(seen == #"nil public none, ["request-id=r"], true"#)
    }

    @Test func `A context that a handler opens itself has ended when the producer runs`() async throws {
        let service = TestService { _, _ in
            try Context().run {
                try Current.tenant.set("lost")
                return StreamingServerResponse { writer in
                    try await writer.write(Current.seen())
                    return [:]
                }
            }
        }
        try await Connection.with(service, server: []) { connection in
            let seen = try await connection.streaming()
            #expect(seen == ["nil public none"])
        }
    }

    // MARK: - Contexts

    @Test func `An RPC sees no values of the code that started the server, and changes none`() async throws {
        try await Context().run {
            try Current.secret.set("of the server")
            let service = TestService.returning { _ in
                let seen = Current.seen()
                try Current.secret.set("of the RPC")
                return seen
            }
            try await Connection.with(service) { connection in
                for _ in 1...2 {
                    let seen = try await connection.unary()
                    #expect(seen == "nil public none")
                }
            }
            #expect(Current.secret.get() == "of the server")
        }
    }

    @Test func `A handler that throws leaves nothing behind for the next RPC`() async throws {
        let service = TestService.returning { _ in
            let seen = Current.seen()
            try Current.secret.set("left behind")
            if seen.hasPrefix("bad") { throw RPCError(code: .aborted, message: seen) }
            return seen
        }
        try await Connection.with(service) { connection in
            let error = await #expect(throws: RPCError.self) {
                try await Current.requestID.withValue("bad") { try await connection.unary() }
            }
            #expect(error?.code == .aborted)
            #expect(error?.message == "bad public none")
            let seen = try await connection.unary()
            #expect(seen == "nil public none")
        }
    }

    @Test func `Interceptors after it are in the RPC's context too`() async throws {
        struct Authentication: ServerInterceptor {
            func intercept<Input: Sendable, Output: Sendable>(
                request: StreamingServerRequest<Input>, context: ServerContext,
                next:
                    @Sendable (StreamingServerRequest<Input>, ServerContext) async throws
                    -> StreamingServerResponse<Output>
            ) async throws -> StreamingServerResponse<Output> {
                try Current.secret.set("key of \(Current.tenant.get())")
                return try await next(request, context)
            }
        }
        let interceptors: [any ServerInterceptor] = [
            ContextServerInterceptor(instrument: try .baggage()), Authentication(),
        ]
        try await Connection.with(.returning { _ in Current.seen() }, server: interceptors) { connection in
            let seen = try await Current.tenant.withValue("acme") { try await connection.unary() }
            #expect(seen == "nil acme key of acme")
        }
    }

    @Test func `Each attempt of a retried RPC has the values`() async throws {
        let attempts = Mutex<[String]>([])
        let service = TestService.returning { _ in
            let count = attempts.withLock { attempts in
                attempts.append(Current.seen())
                return attempts.count
            }
            if count < 3 { throw RPCError(code: .unavailable, message: "attempt \(count)") }
            return "attempt \(count)"
        }
        let policy = RetryPolicy(
            maxAttempts: 5, initialBackoff: .milliseconds(1), maxBackoff: .milliseconds(1), backoffMultiplier: 1,
            retryableStatusCodes: [.unavailable])
        let method = MethodConfig(names: [.init(service: "contextvars.Test")], executionPolicy: .retry(policy))
        try await Connection.with(service, serviceConfig: ServiceConfig(methodConfig: [method])) { connection in
            let answer = try await Current.requestID.withValue("r") { try await connection.unary() }
            #expect(answer == "attempt 3")
        }
        #expect(attempts.withLock { $0 } == Array(repeating: "r public none", count: 3))
    }

    // MARK: - Tracing

    @Test func `By default the instrument is the system's, and the service context reaches handler and producer`()
        async throws
    {
        let tracer = InMemoryTracer()
        try await withTracer(tracer) {
            let service = TestService { _, _ in
                withSpan("handler") { _ in }
                return StreamingServerResponse { writer in
                    withSpan("producer") { _ in }
                    try await writer.write("done")
                    return [:]
                }
            }
            try await Connection.with(
                service, server: [ContextServerInterceptor()], client: [ContextClientInterceptor()]
            ) { connection in
                _ = try await withSpan("client") { _ in try await connection.streaming() }
            }
        }
        let spans = tracer.popFinishedSpans()
        let client = try #require(spans.first { $0.operationName == "client" })
        for name in ["handler", "producer"] {
            let span = try #require(spans.first { $0.operationName == name })
            #expect(span.traceID == client.traceID)
            #expect(span.parentSpanID == client.spanID)
        }
    }

    @Test func `The span of an interceptor before it stays the parent, and the variables are received all the same`()
        async throws
    {
        struct ServerSpans: ServerInterceptor {
            func intercept<Input: Sendable, Output: Sendable>(
                request: StreamingServerRequest<Input>, context: ServerContext,
                next:
                    @Sendable (StreamingServerRequest<Input>, ServerContext) async throws
                    -> StreamingServerResponse<Output>
            ) async throws -> StreamingServerResponse<Output> {
                try await withSpan("server", ofKind: .server) { _ in try await next(request, context) }
            }
        }
        let tracer = InMemoryTracer()
        try await withTracer(BaggageTracer(tracer, carrying: .baggage())) {
            let service = TestService.returning { _ in
                withSpan("handler") { _ in Current.seen() }
            }
            try await Connection.with(
                service, server: [ServerSpans(), ContextServerInterceptor()], client: [ContextClientInterceptor()]
            ) { connection in
                let seen = try await Current.requestID.withValue("r") { try await connection.unary() }
                #expect(seen == "r public none")
            }
        }
        let spans = tracer.popFinishedSpans()
        let server = try #require(spans.first { $0.operationName == "server" })
        let handler = try #require(spans.first { $0.operationName == "handler" })
        #expect(handler.parentSpanID == server.spanID)
    }
}
#endif
