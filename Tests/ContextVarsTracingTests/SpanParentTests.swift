#if Tracing
import ContextVars
import Dispatch
import Foundation
import InMemoryTracing
import Testing
import Tracing

/// Spans that are started in callbacks: https://github.com/vapor/vapor/issues/3253.
@Suite(.timeLimit(.minutes(1))) struct SpanParentTests {
    let tracer = InMemoryTracer()

    /// Ways to run code where the runtime knows nothing of who asked for it.
    static let places: [@Sendable (@escaping @Sendable () -> Void) -> Void] = [
        { DispatchQueue.global().async(execute: $0) },
        { Thread.detachNewThread($0) },
        { work in
            let timer = DispatchSource.makeTimerSource()
            timer.setEventHandler {
                timer.cancel()
                work()
            }
            timer.schedule(deadline: .now())
            timer.activate()
        },
    ]

    @Test func `A span of a handler is the parent of a span of its callback`() async throws {
        ContextSnapshot.carry(ServiceContext.$current)
        for place in Self.places {
            let handler = await tracer.withSpan("handler") { span in
                await withCheckedContinuation { continuation in
                    place(
                        ContextSnapshot.current.wrap {
                            tracer.withSpan("callback") { _ in }
                            continuation.resume()
                        })
                }
                return span.spanContext
            }
            let callback = try #require(tracer.popFinishedSpans().first { $0.operationName == "callback" })
            #expect(callback.spanContext.parentSpanID == handler.spanID)
            #expect(callback.spanContext.traceID == handler.traceID)
        }
    }

    @Test func `Without a snapshot the callback's span has no parent`() async throws {
        for place in Self.places {
            let handler = await tracer.withSpan("handler") { span in
                await withCheckedContinuation { continuation in
                    place {
                        tracer.withSpan("callback") { _ in }
                        continuation.resume()
                    }
                }
                return span.spanContext
            }
            let callback = try #require(tracer.popFinishedSpans().first { $0.operationName == "callback" })
            #expect(callback.spanContext.parentSpanID == nil)
            #expect(callback.spanContext.traceID != handler.traceID)
        }
    }
}
#endif
