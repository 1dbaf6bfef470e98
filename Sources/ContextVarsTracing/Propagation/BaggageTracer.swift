// SPDX-License-Identifier: Apache-2.0
#if Tracing
import Tracing

/// A tracer that also carries declared context variables: wherever it injects and extracts, a ``BaggageInstrument`` does
/// so too.
///
/// A `MultiplexInstrument` of both is enough where a framework uses `InstrumentationSystem.instrument`. Some use
/// `InstrumentationSystem.tracer` alone, async-http-client among them, and ignore all other instruments. They reach
/// this one:
///
/// ```swift
/// InstrumentationSystem.bootstrap(BaggageTracer(tracer, carrying: baggage))
/// ```
///
/// Spans are those of the given tracer. Each operation costs what the tracer takes for it; `extract` and `inject` take what
/// the instrument takes, as well. Safe to use from any thread and task.
public struct BaggageTracer<Base: Tracer>: Tracer {
    /// The tracer that makes the spans.
    public let base: Base
    /// The instrument that carries the variables.
    public let baggage: BaggageInstrument

    /// Creates a tracer that works like another one, and carries declared variables as well.
    public init(_ base: Base, carrying baggage: BaggageInstrument) {
        self.base = base
        self.baggage = baggage
    }

    /// Extracts from a carrier, first with the tracer, then with the instrument.
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        base.extract(carrier, into: &context, using: extractor)
        baggage.extract(carrier, into: &context, using: extractor)
    }

    /// Injects into a carrier, first with the tracer, then with the instrument.
    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        base.inject(context, into: &carrier, using: injector)
        baggage.inject(context, into: &carrier, using: injector)
    }

    /// Starts a span of the tracer.
    public func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> Base.Span {
        base.startSpan(
            operationName, context: context(), ofKind: kind, at: instant(), function: function, file: fileID,
            line: line)
    }

    /// The tracer's active span in a service context.
    public func activeSpan(identifiedBy context: ServiceContext) -> Base.Span? {
        base.activeSpan(identifiedBy: context)
    }

    /// Flushes the tracer's spans.
    @available(*, deprecated)
    public func forceFlush() {
        base.forceFlush()
    }
}

/// A tracer that has an instrument for variables, whatever its own type.
package protocol BaggageCarrying {
    var baggage: BaggageInstrument { get }
}

extension BaggageTracer: BaggageCarrying {}
#endif
