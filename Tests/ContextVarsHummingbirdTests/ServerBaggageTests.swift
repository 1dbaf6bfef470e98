// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import ContextVarsHummingbird
import ContextVarsTracing
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InMemoryTracing
import TestSupport
import Testing
import Tracing

@Suite(.timeLimit(.minutes(15))) struct ServerBaggageTests {
    static func routes(_ router: Router<BasicRequestContext>) {
        router.get("tenant") { _, _ in Current.tenant.get() ?? "-" }
        router.get("span") { _, _ in
            withSpan("handler") { $0.context.inMemorySpanContext?.parentSpanID ?? "-" }
        }
        router.get("stream") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    let span = ServiceContext.current?.inMemorySpanContext
                    try await writer.write(ByteBuffer(string: span?.spanID ?? "-"))
                    try await writer.finish(nil)
                })
        }
    }

    @Test(arguments: [
        ("tenant=acme", "acme"), ("tenant=R%C3%A9n%20e", "Rén e"), ("user=x,tenant=a,tenant=b", "b"),
        ("user=x", "-"),
        ("tenant", "-"), ("tenant=%", "-"), (String(repeating: "x=y,", count: 100) + "tenant=acme", "-"),
    ])
    func `Declared variables have the values of the header`(header: String, tenant: String) async throws {
        try await serve([ContextMiddleware<BasicRequestContext>(instrument: try baggageInstrument())]) {
            Self.routes($0)
        } test: { client async throws in
            #expect(try await client.get("/tenant", [.baggage: header]).text == tenant)
            #expect(try await client.get("/tenant").text == "-", "the next request has its own values")
        }
    }

    @Test func `Several headers count as one`() async throws {
        try await serve([ContextMiddleware<BasicRequestContext>(instrument: try baggageInstrument())]) {
            Self.routes($0)
        } test: { client async throws in
            var headers = HTTPFields()
            headers.append(HTTPField(name: .baggage, value: "user=x"))
            headers.append(HTTPField(name: .baggage, value: "tenant=acme"))
            #expect(try await client.get("/tenant", headers).text == "acme")
        }
    }

    @Test func `The instrument is by default the one of the program`() async throws {
        let tracer = BaggageTracer(InMemoryTracer(), carrying: try baggageInstrument())
        try await withTracer(tracer) {
            try await serve([ContextMiddleware<BasicRequestContext>()], routes: Self.routes) { client async throws in
                #expect(try await client.get("/tenant", [.baggage: "tenant=acme"]).text == "acme")
            }
        }
    }

    @Test(arguments: [true, false])
    func `Beside the tracing middleware, in either order, spans have the right parents`(contextFirst: Bool) async throws
    {
        let (tracer, parents) = (InMemoryTracer(), Recorder<String>())
        let context = ContextMiddleware<BasicRequestContext>()
        let middleware: [any MiddlewareProtocol<Request, Response, BasicRequestContext>] =
            contextFirst ? [context, TracingMiddleware()] : [TracingMiddleware(), context]
        try await withTracer(BaggageTracer(tracer, carrying: try baggageInstrument())) {
            try await serve(middleware, routes: Self.routes) { client async throws in
                let headers: HTTPFields = [
                    .init(InMemoryTracer.traceIDKey)!: "trace", .init(InMemoryTracer.spanIDKey)!: "caller",
                    .baggage: "tenant=acme",
                ]
                #expect(try await client.get("/tenant", headers).text == "acme")
                parents.record(try await client.get("/span", headers).text)
            }
        }
        // Hummingbird ends a span when the body is written, which is after the client has it; but before the server ends.
        let server = try #require(tracer.finishedSpans.first { $0.operationName == "/span" })
        #expect(server.spanContext.traceID == "trace" && server.spanContext.parentSpanID == "caller")
        #expect(parents.elements == [server.spanContext.spanID])
    }

    // What snapshots carry is a choice for a whole process, so this test has one of its own.
    @Test func `Where snapshots carry the service context, each request still has its own`() async {
        await #expect(processExitsWith: .success) {
            ContextSnapshot.carry(ServiceContext.$current)
            let (tracer, parents) = (InMemoryTracer(), Recorder<String>())
            let middleware: [any MiddlewareProtocol<Request, Response, BasicRequestContext>] = [
                TracingMiddleware(), ContextMiddleware<BasicRequestContext>(),
            ]
            try await withTracer(tracer) {
                try await serve([ContextMiddleware<BasicRequestContext>()], routes: ServerBaggageTests.routes) {
                    client in
                    let headers: HTTPFields = [
                        .init(InMemoryTracer.traceIDKey)!: "trace", .init(InMemoryTracer.spanIDKey)!: "caller",
                    ]
                    let (parent, stream) = (
                        try await client.get("/span", headers).text, try await client.get("/stream", headers).text
                    )
                    #expect(parent == "caller" && stream == "caller")
                }
                try await tracer.withSpan("server's life") { _ in
                    try await serve(middleware, routes: ServerBaggageTests.routes) { client async throws in
                        for path in ["/span", "/stream"] { parents.record(try await client.get(path).text) }
                    }
                }
                // Both have ended with the server.
                let servers = ["/span", "/stream"].map { name in
                    tracer.finishedSpans.first { $0.operationName == name }?.spanContext.spanID
                }
                #expect(parents.elements == servers)
            }
        }
    }

    @Test func `Without a tracing middleware the handler's spans are the caller's children`() async throws {
        let tracer = InMemoryTracer()
        try await withTracer(tracer) {
            try await serve([ContextMiddleware<BasicRequestContext>()], routes: Self.routes) { client async throws in
                let headers: HTTPFields = [
                    .init(InMemoryTracer.traceIDKey)!: "trace", .init(InMemoryTracer.spanIDKey)!: "caller",
                ]
                #expect(try await client.get("/span", headers).text == "caller")
            }
        }
    }
}
#endif
