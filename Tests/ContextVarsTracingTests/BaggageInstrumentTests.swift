// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import ContextVarsTracing
import Dispatch
import TestSupport
import Testing
import Tracing

@Suite struct BaggageInstrumentTests {
    let tenant = ContextVar<String?>("tenant")
    let attempt = ContextVar("attempt", default: 1)
    let secret = ContextVar<String?>("secret")

    func instrument(
        limits: Baggage.Limits = .default, forwardsUndeclared: Bool = false,
        onRejection: (@Sendable (BaggageRejection) -> Void)? = nil
    ) throws -> BaggageInstrument {
        BaggageInstrument(
            [try BaggageEntry("tenant", tenant), try BaggageEntry("attempt", attempt)], limits: limits,
            forwardsUndeclared: forwardsUndeclared, onRejection: onRejection)
    }

    // MARK: Sending

    @Test func `What is declared and set is sent, and nothing else`() throws {
        let instrument = try instrument()
        try Context().run {
            #expect(instrument.headers() == [:], "defaults aren't sent")
            try secret.set("password")
            #expect(instrument.headers() == [:], "what isn't declared never leaves")
            try tenant.set("acme")
            #expect(instrument.headers() == ["baggage": "tenant=acme"])
            try attempt.set(1)
            #expect(instrument.headers() == ["baggage": "tenant=acme,attempt=1"], "what is set is sent, default or not")
            try tenant.set(nil)
            #expect(instrument.headers() == ["baggage": "attempt=1"])
        }
    }

    @Test func `Where no context is current, what was received is passed on`() async throws {
        let instrument = try instrument()
        let context = instrument.serviceContext(of: ["baggage": "tenant=acme,attempt=2"])
        let headers = await Task.detached { instrument.headers(in: context) }.value
        #expect(headers == ["baggage": "tenant=acme,attempt=2"])
    }

    @Test func `What the program has set comes before what was received, nil too`() throws {
        let instrument = try instrument()
        let context = instrument.serviceContext(of: ["baggage": "tenant=acme,attempt=2"])
        let received = ContextSnapshot().receiving(from: context)
        #expect(
            received.with(tenant, "other").run { instrument.headers(in: context) }["baggage"]
                == "tenant=other,attempt=2")
        #expect(received.with(tenant, nil).run { instrument.headers(in: context) }["baggage"] == "attempt=2")
        #expect(
            ContextSnapshot().with(tenant, "other").run { instrument.headers(in: context) }["baggage"]
                == "tenant=other,attempt=2", "in a context that hasn't received")
    }

    @Test func `Structured children and tasks send what their context has`() async throws {
        let instrument = try instrument()
        try await Context().run {
            try tenant.set("acme")
            async let child = instrument.headers()
            let task = Task { instrument.headers() }
            #expect(await child == ["baggage": "tenant=acme"])
            #expect(await task.value == ["baggage": "tenant=acme"])
            #expect(await Task.detached { instrument.headers() }.value == [:])
        }
    }

    @Test func `What doesn't fit is left out in order of declaration, and reported`() throws {
        let rejections = Recorder<BaggageRejection>()
        let instrument = try instrument(limits: .init(maxBytes: 14), onRejection: rejections.record)
        let snapshot = ContextSnapshot().with(tenant, "acme").with(attempt, 2)
        #expect(snapshot.run { instrument.headers() } == ["baggage": "tenant=acme"])
        #expect(rejections.elements == [.sentValueBeyondLimits(key: "attempt")])
        #expect(
            rejections.elements.map(\.description) == ["not sent: with 'attempt' the header would be beyond its limits"]
        )
    }

    @Test(arguments: ["a\r\nSet-Cookie: x", "a,admin=true", "a;p=1", "a\u{0}", "%0D%0A"])
    func `No value breaks out of the header`(value: String) throws {
        let instrument = try instrument()
        let header = try #require(ContextSnapshot().with(tenant, value).run { instrument.headers() }["baggage"])
        #expect(header.utf8.allSatisfy { (0x21...0x7E).contains($0) })
        #expect(Baggage.parse(header) == (Baggage([member("tenant", value)]), []))
    }

    // MARK: Receiving

    @Test func `Only what is declared is received, and the last of equal keys counts`() throws {
        let instrument = try instrument()
        let context = instrument.serviceContext(
            of: ["baggage": "secret=x,tenant=evil,Tenant=y,attempt=3,tenant=acme", "tenant": "z"])
        let received = ContextSnapshot().receiving(from: context)
        #expect(received[tenant] == "acme" && received[attempt] == 3 && received[secret] == nil)
        #expect(instrument.headers(in: context) == ["baggage": "tenant=acme,attempt=3"])
    }

    @Test func `Receiving changes what came and keeps the rest of the snapshot`() throws {
        let instrument = try instrument()
        let base = ContextSnapshot().with(tenant, "old").with(secret, "kept")
        let received = base.receiving(from: instrument.serviceContext(of: ["baggage": "tenant=acme"]))
        #expect(received[tenant] == "acme" && received[secret] == "kept" && received[attempt] == nil)
        #expect(base.receiving(from: nil)[tenant] == "old")
        #expect(base.receiving(from: .topLevel)[tenant] == "old")
    }

    @Test func `An extraction replaces what an earlier one left: values of two requests never mix`() throws {
        let instrument = try instrument()
        let first = instrument.serviceContext(of: ["baggage": "tenant=acme,attempt=2"])
        let second = instrument.serviceContext(of: ["baggage": "attempt=3"], into: first)
        #expect(ContextSnapshot().receiving(from: second)[tenant] == nil)
        #expect(ContextSnapshot().receiving(from: second)[attempt] == 3)
        let third = instrument.serviceContext(of: [:], into: second)
        #expect(ContextSnapshot().receiving(from: third).description == "<ContextSnapshot {}>")
    }

    @Test func `Malformed headers are reported without their text, and harm nothing`() throws {
        let rejections = Recorder<BaggageRejection>()
        let instrument = try instrument(limits: .init(maxMembers: 3), onRejection: rejections.record)
        let context = instrument.serviceContext(of: ["baggage": "tenant=acme,attempt=%zz,broken"])
        #expect(ContextSnapshot().receiving(from: context)[tenant] == "acme")
        #expect(ContextSnapshot().receiving(from: context)[attempt] == nil)
        _ = instrument.serviceContext(of: ["baggage": "a=1,b=2,c=3,d=4"])
        #expect(
            rejections.elements == [
                .malformed(.malformedMember(1, .invalidEscape)), .malformed(.malformedMember(2, .missingValue)),
                .malformed(.tooManyMembers(limit: 3)),
            ])
        #expect("\(rejections.elements[1])" == "received: member 2 is malformed: it has no value")
    }

    @Test func `The values of the current service context can be had in one line`() throws {
        let instrument = try instrument()
        let context = instrument.serviceContext(of: ["baggage": "tenant=acme"])
        try Context().run {
            try secret.set("x")
            ServiceContext.$current.withValue(context) {
                ContextSnapshot.received.run {
                    #expect(tenant.get() == "acme" && secret.get() == nil)
                }
            }
        }
        #expect(ContextSnapshot.received.description == "<ContextSnapshot {}>")
    }

    // MARK: Undeclared members

    @Test func `Undeclared members are passed on only where that is asked for, unread and with their properties`()
        throws
    {
        let header = "vendor=1;ttl=5,tenant=acme,other=%C3%A9"
        for forwards in [false, true] {
            let instrument = try instrument(forwardsUndeclared: forwards)
            let context = instrument.serviceContext(of: ["baggage": header])
            let sent = ContextSnapshot().receiving(from: context).with(attempt, 2).run {
                instrument.headers(in: context)
            }
            #expect(sent["baggage"] == "tenant=acme,attempt=2" + (forwards ? ",vendor=1;ttl=5,other=%C3%A9" : ""))
        }
    }

    @Test func `Undeclared members give way to declared ones where not all fit, and are counted`() throws {
        let rejections = Recorder<BaggageRejection>()
        let instrument = try instrument(
            limits: .init(maxMembers: 2), forwardsUndeclared: true, onRejection: rejections.record)
        let context = instrument.serviceContext(of: ["baggage": "a=1,b=2"])
        let snapshot = ContextSnapshot().with(tenant, "acme").with(attempt, 2)
        #expect(snapshot.run { instrument.headers(in: context) } == ["baggage": "tenant=acme,attempt=2"])
        #expect(rejections.elements == [.undeclaredBeyondLimits(count: 2)])
    }
}
#endif
