// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import ContextVarsTracing
import Dispatch
import InMemoryTracing
import TestSupport
import Testing
import Tracing

@Suite struct MessageTests {
    let tenant = ContextVar<String?>("tenant")
    let attempt = ContextVar("attempt", default: 1)
    let secret = ContextVar<String?>("secret")

    func instrument(
        tenant direction: BaggageEntry.Direction = .both, maxBytes: Int = 32, limits: Baggage.Limits = .default,
        forwardsUndeclared: Bool = false, onRejection: (@Sendable (BaggageRejection) -> Void)? = nil
    ) throws -> BaggageInstrument {
        BaggageInstrument(
            [
                try BaggageEntry("tenant", tenant, direction: direction, maxBytes: maxBytes),
                try BaggageEntry("attempt", attempt),
            ], limits: limits, forwardsUndeclared: forwardsUndeclared, onRejection: onRejection)
    }

    // MARK: Without the module

    @Test func `A message has none of its sender's values unless they are written to it`() async throws {
        let (messages, sender) = AsyncStream.makeStream(of: String.self)
        let worker = Task.detached {
            for await _ in messages { return self.tenant.get() }
            return "no message"
        }
        try await Context().run {
            try tenant.set("acme")
            sender.yield("job")
            #expect(await worker.value == nil)
        }
    }

    // MARK: One string

    @Test(arguments: ["acme", "a, b; c=d %41", "Renée 🧭", ""]) func `A value comes back from a string as it was`(
        value: String
    ) throws {
        let instrument = try instrument()
        let text = try Context().run {
            try tenant.set(value)
            try attempt.set(2)
            return try #require(instrument.encodedBaggage())
        }
        #expect(text.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "printable ASCII")
        let snapshot = ContextSnapshot().receiving(from: text, using: instrument)
        #expect(snapshot[tenant] == value)
        #expect(snapshot[attempt] == 2)
    }

    @Test func `Where there is nothing to send, there is no string`() async throws {
        let instrument = try instrument()
        #expect(await Task.detached { instrument.encodedBaggage() }.value == nil, "no context")
        try Context().run {
            #expect(instrument.encodedBaggage() == nil, "defaults aren't sent")
            try secret.set("password")
            try tenant.set(nil)
            #expect(instrument.encodedBaggage() == nil, "what isn't declared never leaves")
        }
        let snapshot = ContextSnapshot().receiving(from: nil, using: instrument)
        #expect(snapshot[tenant] == nil)
        #expect(snapshot[attempt] == nil)
    }

    @Test func `A string has what the header of a request would have`() throws {
        let instrument = try instrument()
        try Context().run {
            try tenant.set("acme")
            try attempt.set(3)
            #expect(instrument.encodedBaggage() == instrument.headers()["baggage"])
        }
    }

    // MARK: Attributes

    @Test func `Attributes get one key, and keep the others`() throws {
        let instrument = try instrument()
        var attributes = ["kind": "mail"]
        tenant.withValue("acme") { instrument.inject(into: &attributes) }
        #expect(attributes == ["kind": "mail", "baggage": "tenant=acme"])
        #expect(ContextSnapshot().receiving(from: attributes, using: instrument)[tenant] == "acme")
    }

    @Test func `Attributes taken from another message lose that one's values`() throws {
        let instrument = try instrument()
        var attributes = ["kind": "mail", "baggage": "tenant=other,attempt=9"]
        tenant.withValue("acme") { instrument.inject(into: &attributes) }
        #expect(attributes == ["kind": "mail", "baggage": "tenant=acme"])
        ContextSnapshot().run { instrument.inject(into: &attributes) }
        #expect(attributes == ["kind": "mail"])
    }

    @Test func `A tracer's ids travel in attributes beside the variables`() throws {
        let spans = InMemoryTracer()
        let tracer = BaggageTracer(spans, carrying: try instrument())
        var attributes: [String: String] = [:]
        let span = spans.startSpan("enqueue", context: .topLevel)
        tenant.withValue("acme") { tracer.inject(span.context, into: &attributes, using: DictionaryCarrier()) }
        span.end()

        var received = ServiceContext.topLevel
        tracer.extract(attributes, into: &received, using: DictionaryCarrier())
        #expect(ContextSnapshot().receiving(from: received)[tenant] == "acme")
        let work = spans.startSpan("work", context: received)
        #expect(work.context.inMemorySpanContext?.traceID == span.context.inMemorySpanContext?.traceID)
        #expect(work.context.inMemorySpanContext?.parentSpanID == span.context.inMemorySpanContext?.spanID)
        work.end()
    }

    // MARK: Directions

    @Test func `A direction holds for messages too`() throws {
        let text = "tenant=acme,attempt=2"
        let sendOnly = try instrument(tenant: .sendOnly)
        #expect(tenant.withValue("acme") { sendOnly.encodedBaggage() } == "tenant=acme")
        let receivedByNobody = ContextSnapshot().receiving(from: text, using: sendOnly)
        #expect(receivedByNobody[tenant] == nil)
        #expect(receivedByNobody[attempt] == 2)

        let receiveOnly = try instrument(tenant: .receiveOnly)
        #expect(tenant.withValue("acme") { receiveOnly.encodedBaggage() } == nil)
        #expect(ContextSnapshot().receiving(from: text, using: receiveOnly)[tenant] == "acme")
    }

    @Test func `Messages can have other directions than requests in one program`() throws {
        let requests = try instrument(tenant: .sendOnly)
        let messages = try instrument()
        let context = requests.serviceContext(of: ["baggage": "tenant=evil,attempt=2"])
        let text = try ContextSnapshot().receiving(from: context).run {
            try tenant.set("acme")
            return messages.encodedBaggage(in: context)
        }
        #expect(text == "tenant=acme,attempt=2")
        #expect(ContextSnapshot().receiving(from: text, using: messages)[tenant] == "acme")
    }

    @Test func `What a request brought goes on in a message, from where no context is current`() async throws {
        let instrument = try instrument(forwardsUndeclared: true)
        let context = instrument.serviceContext(of: ["baggage": "tenant=acme,other=1"])
        let text = await Task.detached { instrument.encodedBaggage(in: context) }.value
        #expect(text == "tenant=acme,other=1")
        let current = ServiceContext.withValue(context) {
            ContextSnapshot().run { instrument.encodedBaggage() }
        }
        #expect(current == "tenant=acme,other=1", "the current service context, unless another one is given")
    }

    // MARK: Limits

    @Test func `What doesn't fit a message is left out and reported`() throws {
        let rejections = Recorder<BaggageRejection>()
        let narrow = try instrument(limits: .init(maxBytes: 11), onRejection: rejections.record)
        let snapshot = ContextSnapshot().with(tenant, "acme").with(attempt, 2)
        #expect(snapshot.run { narrow.encodedBaggage() } == "tenant=acme")
        let short = try instrument(maxBytes: 3, onRejection: rejections.record)
        #expect(snapshot.run { short.encodedBaggage() } == "attempt=2")
        #expect(
            rejections.elements == [
                .sentValueBeyondLimits(key: "attempt"), .sentValueTooLarge(key: "tenant", bytes: 4, limit: 3),
            ])
    }

    @Test func `A message that somebody has spoilt brings what is left of it, and the rest is reported`() throws {
        let rejections = Recorder<BaggageRejection>()
        let instrument = try instrument(onRejection: rejections.record)
        func received(_ text: String) -> ContextSnapshot {
            ContextSnapshot().receiving(from: text, using: instrument)
        }
        #expect(received("tenant=acme,attempt=many")[tenant] == "acme")
        #expect(received("tenant=%zz,attempt=2")[attempt] == 2)
        #expect(received("tenant=a%0Ab")[tenant] == nil)
        #expect(received("tenant=" + String(repeating: "x", count: 33))[tenant] == nil)
        #expect(received("tenant=" + String(repeating: "x", count: 9_000))[tenant] == nil)
        #expect(rejections.elements.count == 5)
    }

    @Test func `Whatever a row holds, only declared variables are set, and within their limits`() throws {
        var random = SplitMix64(state: testSeed)
        let instrument = try instrument()
        let pieces = ["tenant", "attempt", "secret", "=", ",", ";", "%41", "%", " ", "ü", "1", "\u{0}", "\n", "x"]
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 0...24, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let snapshot = ContextSnapshot().with(secret, "kept").receiving(from: text, using: instrument)
            #expect(snapshot[secret] == "kept")
            #expect((snapshot[tenant] ?? nil)?.utf8.count ?? 0 <= 32)
            #expect(ContextSnapshot().receiving(from: ["baggage": text], using: instrument)[tenant] == snapshot[tenant])
        }
    }

    // MARK: Workers

    @Test func `Messages under way at once see their own values, on queues too`() async throws {
        let instrument = try instrument()
        let texts = (0..<200).map { number in
            ContextSnapshot().with(tenant, "tenant-\(number)").with(attempt, number).run { instrument.encodedBaggage() }
        }
        let seen = await withTaskGroup(of: (Int, String?, Int).self) { group in
            for (number, text) in texts.enumerated() {
                group.addTask {
                    await ContextSnapshot().receiving(from: text, using: instrument).run {
                        await Task.yield()
                        let onQueue = await valuesOnQueue()
                        return await Task { (number, self.tenant.get(), onQueue) }.value
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(seen.count == 200)
        for (number, tenant, attempt) in seen {
            #expect(tenant == "tenant-\(number)")
            #expect(attempt == number)
        }
    }

    @Test func `A second attempt begins with what the message has, not with what the first one set`() throws {
        let instrument = try instrument()
        let snapshot = ContextSnapshot().receiving(from: "tenant=acme", using: instrument)
        for _ in 1...2 {
            try snapshot.run {
                #expect(tenant.get() == "acme")
                try tenant.set("changed")
            }
        }
    }

    @Test func `A worker's own values stay where the message is received into its snapshot, and are absent otherwise`()
        throws
    {
        let instrument = try instrument()
        secret.withValue("the worker's") {
            let text = "tenant=acme"
            #expect(ContextSnapshot.current.receiving(from: text, using: instrument)[secret] == "the worker's")
            #expect(ContextSnapshot().receiving(from: text, using: instrument)[secret] == nil)
        }
    }

    private func valuesOnQueue() async -> Int {
        let snapshot = ContextSnapshot.current
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: snapshot.run { attempt.get() })
            }
        }
    }
}
#endif
