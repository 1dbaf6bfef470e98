// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import Dispatch
import Foundation
import InMemoryTracing
import Testing
import Tracing

/// Spans that are started in callbacks: https://github.com/vapor/vapor/issues/3253.
///
/// What snapshots carry is a choice for a whole process, so that test has a process of its own.
@Suite(.timeLimit(.minutes(15))) struct SpanParentTests {
    @Test func `A span of a handler is the parent of a span of its callback`() async {
        await #expect(processExitsWith: .success) {
            ContextSnapshot.carry(ServiceContext.$current)
            for place in places {
                let (handler, callback) = await spans(of: place) { ContextSnapshot.current.wrap($0) }
                #expect(callback?.parentSpanID == handler.spanID)
                #expect(callback?.traceID == handler.traceID)
            }
        }
    }

    @Test func `Without a snapshot the callback's span has no parent`() async {
        for place in places {
            let (handler, callback) = await spans(of: place) { $0 }
            #expect(callback != nil && callback?.parentSpanID == nil)
            #expect(callback?.traceID != handler.traceID)
        }
    }
}

private typealias Work = @Sendable () -> Void

/// Ways to run code where the runtime knows nothing of who asked for it.
private let places: [@Sendable (@escaping Work) -> Void] = [
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

/// The span of a handler, and that of work that it passes to a place.
private func spans(
    of place: (@escaping Work) -> Void, preparing prepare: (@escaping Work) -> Work
) async -> (handler: InMemorySpanContext, callback: InMemorySpanContext?) {
    let tracer = InMemoryTracer()
    let handler = await tracer.withSpan("handler") { span in
        await withCheckedContinuation { continuation in
            place(
                prepare {
                    tracer.withSpan("callback") { _ in }
                    continuation.resume()
                })
        }
        return span.spanContext
    }
    return (handler, tracer.finishedSpans.first { $0.operationName == "callback" }?.spanContext)
}
#endif
