// SPDX-License-Identifier: Apache-2.0
#if Hummingbird
import ContextVars
import ContextVarsHummingbird
import Hummingbird
import InMemoryTracing
import NIOCore
import NIOPosix
import Testing
import Tracing

/// A handler's span, and that of an `EventLoopFuture` callback: https://github.com/vapor/vapor/issues/3253.
///
/// What snapshots carry is a choice for a whole process, so that test has a process of its own.
@Suite(.timeLimit(.minutes(15))) struct SpanParentTests {
    @Test func `The span of a handler is the parent of a span in a future's callback`() async {
        await #expect(processExitsWith: .success) {
            ContextSnapshot.carry(ServiceContext.$current)
            let (handler, callback) = try await spans { ContextSnapshot.current.wrap($0) }
            #expect(callback.parentSpanID == handler.spanID)
            #expect(callback.traceID == handler.traceID)
        }
    }

    @Test func `Without a snapshot the callback's span has no parent`() async throws {
        let (handler, callback) = try await spans { $0 }
        #expect(callback.parentSpanID == nil)
        #expect(callback.traceID != handler.traceID)
    }
}

private typealias Callback = @Sendable () -> Void

/// The spans of a handler in a real server, and of the callback that it gives to a future.
private func spans(
    preparing prepare: @escaping @Sendable (@escaping Callback) -> Callback
) async throws -> (handler: InMemorySpanContext, callback: InMemorySpanContext) {
    let tracer = InMemoryTracer()
    try await withTracer(tracer) {
        try await serve([TracingMiddleware(), ContextMiddleware<BasicRequestContext>()]) { router in
            router.get("orders") { _, _ in
                let callback = prepare { tracer.withSpan("callback") { _ in } }
                let rows = MultiThreadedEventLoopGroup.singleton.any().submit { "rows" }
                return try await rows.map { rows in
                    callback()
                    return rows
                }.get()
            }
        } test: { client async throws in
            #expect(try await client.get("/orders").text == "rows")
        }
    }
    let callback = try #require(tracer.finishedSpans.first { $0.operationName == "callback" })
    let handler = try #require(tracer.finishedSpans.first { $0.operationName != "callback" })
    return (handler.spanContext, callback.spanContext)
}
#endif
