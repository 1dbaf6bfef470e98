// SPDX-License-Identifier: Apache-2.0
import InMemoryTracing
import Tracing

/// A tracer whose spans have the request's variables as attributes.
struct RequestTracer: Tracer {
    let base: InMemoryTracer
    let annotates: Bool

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> InMemorySpan {
        let span = base.startSpan(
            operationName, context: context(), ofKind: kind, at: instant(), function: function, file: fileID, line: line
        )
        if annotates {
            for (key, value) in Values.current.byKey { span.attributes[key] = value }
        }
        return span
    }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        base.extract(carrier, into: &context, using: extractor)
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        base.inject(context, into: &carrier, using: injector)
    }

    func activeSpan(identifiedBy context: ServiceContext) -> InMemorySpan? {
        base.activeSpan(identifiedBy: context)
    }

    @available(*, deprecated)
    func forceFlush() {
        base.forceFlush()
    }
}
