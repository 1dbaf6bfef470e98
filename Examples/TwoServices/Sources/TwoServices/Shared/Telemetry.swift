// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsTracing
import Foundation
import InMemoryTracing
import Logging
import Synchronization
import Tracing

/// Logging, tracing and baggage of one service.
struct Telemetry: Sendable {
    let rejections: RejectionCounter
    private let spans: InMemoryTracer

    /// Sets up the process, once.
    ///
    /// - Parameter entries: The variables that travel: which the service takes from outside, and which it sends.
    static func bootstrap(_ options: ServiceOptions, carrying entries: [BaggageEntry]) -> Telemetry {
        LoggingSystem.bootstrap(options.logLevel.level, forgetting: options.forget)

        let rejections = RejectionCounter()
        let baggage = BaggageInstrument(entries) { rejection in
            rejections.count()
            log.notice("\(rejection)")
        }
        let spans = InMemoryTracer(idGenerator: .unique)
        let tracer = RequestTracer(base: spans, annotates: !options.forget.contains(.tracing))
        InstrumentationSystem.bootstrap(BaggageTracer(tracer, carrying: baggage))
        // Spans in callbacks belong to the request's trace.
        ContextSnapshot.carry(ServiceContext.$current)
        return Telemetry(rejections: rejections, spans: spans)
    }

    /// Here a service would send them to its collector.
    func exportSpans() {
        spans.clearFinishedSpans()
    }
}

/// How many received `baggage` headers had something that was rejected.
final class RejectionCounter: Sendable {
    private let counter = Atomic<Int>(0)

    var value: Int { counter.load(ordering: .relaxed) }

    func count() {
        counter.add(1, ordering: .relaxed)
    }
}

extension InMemoryTracer.IDGenerator {
    /// As in other tracers, ids that no other process has.
    fileprivate static var unique: Self {
        Self(nextTraceID: { UUID().uuidString }, nextSpanID: { UUID().uuidString })
    }
}
