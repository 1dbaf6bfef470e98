// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import ContextVarsTracing
import InMemoryTracing
import TestSupport
import Testing
import Tracing

/// Beside a tracer, as in a program.
@Suite struct TracingTests {
    let tenant = ContextVar<String?>("tenant")

    /// A service: what a framework does around a handler.
    struct Service: Sendable {
        let tracer = InMemoryTracer()
        let instrument: MultiplexInstrument

        init(_ entries: [BaggageEntry]) {
            self.instrument = MultiplexInstrument([tracer, BaggageInstrument(entries)])
        }

        func handle<Result: Sendable>(
            _ headers: Headers, _ body: @Sendable () async throws -> Result
        ) async throws -> Result {
            let context = instrument.serviceContext(of: headers)
            return try await tracer.withSpan("request", context: context, ofKind: .server) { span in
                try await ContextSnapshot().receiving(from: span.context).run { try await body() }
            }
        }
    }

    @Test func `Baggage and spans travel together, over three services`() async throws {
        let entry = try BaggageEntry("tenant", tenant)
        let services = (0..<3).map { _ in Service([entry]) }
        let seen = Recorder<String?>()

        @Sendable func call(_ index: Int, _ headers: Headers) async throws {
            guard index < services.count else { return }
            try await services[index].handle(headers) {
                seen.record(tenant.get())
                try await services[index].tracer.withSpan("call", ofKind: .client) { span in
                    try await call(index + 1, services[index].instrument.headers(in: span.context))
                }
            }
        }
        try await ContextSnapshot().with(tenant, "acme").run {
            try await call(0, services[0].instrument.headers())
        }

        #expect(seen.elements == ["acme", "acme", "acme"])
        let spans = services.flatMap { service in
            ["request", "call"].compactMap { name in service.tracer.finishedSpans.first { $0.operationName == name } }
        }
        #expect(spans.count == 6)
        #expect(Set(spans.map(\.spanContext.traceID)).count == 1)
        for (parent, child) in zip(spans, spans.dropFirst()) where parent.operationName == "request" {
            #expect(child.spanContext.parentSpanID == parent.spanContext.spanID)
        }
    }

    @Test func `Without the instrument the tracer's headers cross, and the variable is lost`() {
        let tracer = InMemoryTracer()
        let headers = ContextSnapshot().with(tenant, "acme").run {
            tracer.withSpan("call", ofKind: .client) { tracer.headers(in: $0.context) }
        }
        #expect(headers[InMemoryTracer.traceIDKey] != nil && headers["baggage"] == nil)
        let context = tracer.serviceContext(of: headers)
        #expect(context.inMemorySpanContext != nil)
        #expect(ContextSnapshot().receiving(from: context)[tenant] == nil)
    }

    @Test func `What was received crosses spans that are started in between`() throws {
        let service = Service([try BaggageEntry("tenant", tenant)])
        let context = service.instrument.serviceContext(of: ["baggage": "tenant=acme"])
        service.tracer.withSpan("outer", context: context) { _ in
            service.tracer.withSpan("inner") { span in
                #expect(ContextSnapshot.received[tenant] == "acme")
                #expect(service.instrument.headers(in: span.context)["baggage"] == "tenant=acme")
            }
        }
    }

    @Test func `A tracer with baggage reaches frameworks that ask for the tracer alone`() async throws {
        let tracer = InMemoryTracer()
        let baggage = BaggageInstrument([try BaggageEntry("tenant", tenant)])
        let snapshot = ContextSnapshot().with(tenant, "acme")
        let sides: [(any Tracer, String?)] = [(tracer, nil), (BaggageTracer(tracer, carrying: baggage), "tenant=acme")]
        for (active, expected) in sides {
            let sent = snapshot.run {
                withTracer(active) {
                    withSpan("call", ofKind: .client) { InstrumentationSystem.tracer.headers(in: $0.context) }
                }
            }
            #expect(sent["baggage"] == expected)
            #expect(sent[InMemoryTracer.spanIDKey] != nil)
        }
        let context = BaggageTracer(tracer, carrying: baggage).serviceContext(
            of: ["baggage": "tenant=acme", InMemoryTracer.traceIDKey: "t", InMemoryTracer.spanIDKey: "s"])
        #expect(ContextSnapshot().receiving(from: context)[tenant] == "acme")
        #expect(context.inMemorySpanContext?.traceID == "t")
        #expect(tracer.finishedSpans.count == 2)
    }
}
#endif
