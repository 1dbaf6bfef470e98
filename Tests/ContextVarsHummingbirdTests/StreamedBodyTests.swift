// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import ContextVarsHummingbird
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InMemoryTracing
import TestSupport
import Testing
import Tracing

@Suite(.timeLimit(.minutes(15))) struct StreamedBodyTests {
    static func routes(_ router: Router<BasicRequestContext>) {
        router.get("stream") { _, _ in
            _ = try? Current.user.set("ada")
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    for _ in 0..<3 {
                        try await writer.write(ByteBuffer(string: "\(Current.user.get() ?? "-") "))
                        await Task.yield()
                    }
                    let span = ServiceContext.current?.inMemorySpanContext?.spanID
                    try await writer.write(ByteBuffer(string: span ?? "-"))
                    try await writer.finish([.requestID: Current.requestID.get() ?? "-"])
                })
        }
        router.get("sized") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody(contentLength: 2) { writer in
                    try await writer.write(ByteBuffer(string: Current.requestID.get() ?? "--"))
                    try await writer.finish(nil)
                })
        }
        router.get("sequence") { _, _ in
            let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
            continuation.yield(ByteBuffer(string: "a"))
            continuation.yield(ByteBuffer(string: "b"))
            continuation.finish()
            return Response(status: .ok, body: ResponseBody(asyncSequence: stream))
        }
        router.get("empty") { _, _ in Response(status: .noContent) }
        router.get("failing") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "a"))
                    throw HTTPError(.badRequest)
                })
        }
    }

    @Test func `A streamed body is written with the values that the handler had, and its span`() async throws {
        let (tracer, responses) = (InMemoryTracer(), Recorder<TestClient.Response>())
        try await withTracer(tracer) {
            try await serve(
                [
                    TracingMiddleware(), ContextMiddleware<BasicRequestContext>(requestID: Current.requestID),
                ], routes: Self.routes
            ) { client async throws in
                responses.record(try await client.get("/stream", [.requestID: "a7"]))
            }
        }
        // Hummingbird ends a span when the body is written, which is after the client has it; but before the server ends.
        let span = try #require(tracer.finishedSpans.first)
        let response = try #require(responses.elements.first)
        #expect(response.text == "ada ada ada \(span.spanContext.spanID)")
        #expect(response.trailerHeaders?[.requestID] == "a7")
    }

    @Test func `In a middleware that doesn't carry them, the values are lost`() async throws {
        struct Plain: RouterMiddleware {
            func handle(
                _ request: Request, context: BasicRequestContext,
                next: (Request, BasicRequestContext) async throws -> Response
            ) async throws -> Response {
                try await ContextVars.Context().run { try await next(request, context) }
            }
        }
        try await serve([Plain()], routes: Self.routes) { client async throws in
            #expect(try await client.get("/stream").text == "- - - -")
        }
    }

    @Test func `Bodies are otherwise as they were`() async throws {
        let middleware = ContextMiddleware<BasicRequestContext>(requestID: Current.requestID)
        try await serve([middleware], routes: Self.routes) { client async throws in
            let sized = try await client.get("/sized", [.requestID: "a7"])
            #expect(sized.text == "a7" && sized.headers[.contentLength] == "2")
            #expect(try await client.get("/sequence").text == "ab")
            let empty = try await client.get("/empty")
            #expect(empty.status == .noContent && empty.text == "")
            await #expect(throws: (any Error).self) { _ = try await client.get("/failing") }
        }
    }

    @Test func `A body of one buffer is told from one that code writes`() throws {
        // Where this fails, Hummingbird's type has changed: bodies of one buffer are then sent in three writes.
        #expect(ResponseBody.hasKnownShape)

        for length in [0, 1, 100, 100_000] {
            #expect(ResponseBody(byteBuffer: ByteBuffer(repeating: 1, count: length)).isBuffer)
        }
        let text = ByteBuffer(string: "some bytes")
        let slice = try #require(text.getSlice(at: 3, length: 4))
        #expect(ResponseBody(byteBuffer: slice).isBuffer)

        #expect(!ResponseBody().isBuffer && ResponseBody().isEmpty)
        for length in [nil, 0, 1, 100_000] {
            // (Of no bytes, but what the code does besides may need its context.)
            #expect(!ResponseBody(contentLength: length) { _ in }.isEmpty)
            #expect(!ResponseBody(contentLength: length) { _ in }.isBuffer)
            #expect(!ResponseBody(contentLength: length) { try await $0.write(slice) }.isBuffer)
        }
        #expect(!ResponseBody(contentsOf: [slice]).isBuffer)
        #expect(!ResponseBody(asyncSequence: AsyncStream<ByteBuffer> { $0.finish() }).isBuffer)
    }
}
#endif
