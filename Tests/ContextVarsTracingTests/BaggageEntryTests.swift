// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import ContextVarsTracing
import TestSupport
import Testing

@Suite struct BaggageEntryTests {
    enum Tier: String, Sendable { case free, paid }

    let text = ContextVar<String?>("text")
    let name = ContextVar("name", default: "nobody")
    let number = ContextVar("number", default: 0)
    let flag = ContextVar<Bool?>("flag")
    let tier = ContextVar("tier", default: Tier.free)

    @Test func `Text, numbers and what has a text travel without a word more`() throws {
        let instrument = BaggageInstrument([
            try BaggageEntry("text", text), try BaggageEntry("name", name), try BaggageEntry("number", number),
            try BaggageEntry("flag", flag),
        ])
        let snapshot = ContextSnapshot().with(text, "a b").with(name, "Renée").with(number, -7).with(flag, true)
        let headers = snapshot.run { instrument.headers() }
        #expect(headers == ["baggage": "text=a%20b,name=Ren%C3%A9e,number=-7,flag=true"])

        let received = ContextSnapshot().receiving(from: instrument.serviceContext(of: headers))
        #expect(received[text] == "a b" && received[name] == "Renée")
        #expect(received[number] == -7 && received[flag] == true)
    }

    @Test func `Text in any script travels, with the marks and joiners that belong to it`() throws {
        let instrument = BaggageInstrument([try BaggageEntry("text", text)])
        for value in ["שלום\u{200F}!", "می\u{200C}خواهم", "👩\u{200D}🚒", "e\u{301}", "\u{FFFD}"] {
            let headers = ContextSnapshot().with(text, value).run { instrument.headers() }
            #expect(ContextSnapshot().receiving(from: instrument.serviceContext(of: headers))[text] == value)
        }
    }

    @Test func `Any type travels with functions of the program`() throws {
        let entry = try BaggageEntry(
            "tier", tier, encode: { $0 == .free ? nil : $0.rawValue }, decode: Tier.init(rawValue:))
        let instrument = BaggageInstrument([entry])
        #expect(ContextSnapshot().with(tier, .paid).run { instrument.headers() } == ["baggage": "tier=paid"])
        #expect(ContextSnapshot().with(tier, .free).run { instrument.headers() } == [:], "`nil` isn't sent")
        let received = ContextSnapshot().receiving(from: instrument.serviceContext(of: ["baggage": "tier=paid"]))
        #expect(received[tier] == .paid)
    }

    @Test(arguments: [
        "number=", "number=x", "number=1%20", "number=9223372036854775808", "number=1e3", "flag=yes", "flag=True",
        "tier=gold", "text=a%0Ab", "text=%00", "text=a%0D%0Ab", "text=%1B%5B31m", "text=%C2%85", "text=%E2%80%A8",
        "name=%7F", "text=%E2%80%AEx", "text=a%E2%81%A6b", "name=%E2%80%AA",
    ])
    func `What isn't a value of the variable isn't set, and is reported`(header: String) throws {
        let rejections = Recorder<BaggageRejection>()
        let instrument = BaggageInstrument(
            [
                try BaggageEntry("number", number), try BaggageEntry("flag", flag), try BaggageEntry("text", text),
                try BaggageEntry("name", name),
                try BaggageEntry("tier", tier, encode: \.rawValue, decode: Tier.init(rawValue:)),
            ], onRejection: rejections.record)
        let received = ContextSnapshot().receiving(from: instrument.serviceContext(of: ["baggage": header]))
        #expect(received.description == "<ContextSnapshot {}>")
        let key = String(header.prefix { $0 != "=" })
        #expect(rejections.elements == [.receivedValueInvalid(key: key)])
        #expect(
            "\(BaggageRejection.receivedValueInvalid(key: key))" == "received: the value of '\(key)' can't be decoded")
    }

    @Test(
        arguments: [
            ("nan", nil), ("NaN", nil), ("-nan", nil), ("nan(0x1)", nil), ("inf", nil), ("-inf", nil), ("+inf", nil),
            ("infinity", nil), ("Infinity", nil), ("0x1p3", nil), ("0x8", nil), ("-0X1.8P1", nil), ("1e999", nil),
            ("-1e999", nil), ("", nil), ("1,5", nil), ("1_0", nil), ("٣", nil), ("--1", nil), ("e5", nil), ("1e", nil),
            ("1.5", 1.5), ("-1.5e-3", -0.0015), ("+2", 2), ("1E3", 1000), ("0.1", 0.1), ("-0", -0.0),
        ] as [(String, Double?)])
    func `A number with a fraction is received in decimal notation only, and finite`(
        text: String, value: Double?
    ) throws {
        let optional = ContextVar<Double?>("optional")
        let double = ContextVar("double", default: 7.0)
        let float = ContextVar<Float>("float", default: 7)
        let rejections = Recorder<BaggageRejection>()
        let instrument = BaggageInstrument(
            [try BaggageEntry("o", optional), try BaggageEntry("d", double), try BaggageEntry("f", float)],
            onRejection: rejections.record)
        let written = Baggage([member("o", text), member("d", text), member("f", text)]).serialized().header
        let received = ContextSnapshot().receiving(from: instrument.serviceContext(of: ["baggage": written]))
        #expect(received[optional] == value.map(Optional.some))
        #expect(received[double] == value)
        #expect(received[float] == value.map(Float.init))
        #expect(rejections.elements == (value == nil ? ["o", "d", "f"].map { .receivedValueInvalid(key: $0) } : []))
    }

    @Test func `Numbers that aren't decimal are received where the program decodes them itself`() throws {
        let limit = ContextVar("limit", default: 1.0)
        let entry = try BaggageEntry("limit", limit, encode: { "\($0)" }, decode: { Double($0) })
        let context = BaggageInstrument([entry]).serviceContext(of: ["baggage": "limit=inf"])
        #expect(ContextSnapshot().receiving(from: context)[limit] == .infinity)
    }

    @Test func `A number counts for its type's range, not for that of a wider one`() throws {
        let float = ContextVar<Float>("float", default: 7)
        let small = ContextVar<Int8>("small", default: 7)
        let instrument = BaggageInstrument([try BaggageEntry("f", float), try BaggageEntry("s", small)])
        let received = ContextSnapshot().receiving(from: instrument.serviceContext(of: ["baggage": "f=1e39,s=128"]))
        #expect(received.description == "<ContextSnapshot {}>")
    }

    @Test func `Control characters travel where the program asks for them`() throws {
        let instrument = BaggageInstrument([try BaggageEntry("text", text, encode: { $0 }, decode: { .some($0) })])
        let headers = ContextSnapshot().with(text, "a\r\nb\u{0}").run { instrument.headers() }
        #expect(headers == ["baggage": "text=a%0D%0Ab%00"])
        #expect(ContextSnapshot().receiving(from: instrument.serviceContext(of: headers))[text] == "a\r\nb\u{0}")
    }

    @Test func `A value larger than its entry allows is neither set nor sent`() throws {
        let rejections = Recorder<BaggageRejection>()
        let instrument = BaggageInstrument(
            [try BaggageEntry("text", text, maxBytes: 4), try BaggageEntry("number", number)],
            onRejection: rejections.record)
        let received = ContextSnapshot().receiving(
            from: instrument.serviceContext(of: ["baggage": "text=%C3%A9%C3%A9x,number=1"]))
        #expect(received[text] == nil && received[number] == 1)
        let headers = ContextSnapshot().with(text, "12345").with(number, 1).run { instrument.headers() }
        #expect(headers == ["baggage": "number=1"])
        #expect(
            rejections.elements == [
                .receivedValueTooLarge(key: "text", bytes: 5, limit: 4),
                .sentValueTooLarge(key: "text", bytes: 5, limit: 4),
            ])
        #expect(
            rejections.elements.map(\.description) == [
                "received: the value of 'text' has 5 bytes, and 4 are allowed",
                "not sent: the value of 'text' has 5 bytes, and 4 are allowed",
            ])
        let exact = instrument.serviceContext(of: ["baggage": "text=%C3%A9%C3%A9"])
        #expect(ContextSnapshot().receiving(from: exact)[text] == "éé", "the limit is that of the decoded value")
    }

    @Test func `A direction is kept to`() throws {
        let instrument = BaggageInstrument([
            try BaggageEntry("in", text, direction: .receiveOnly), try BaggageEntry("out", name, direction: .sendOnly),
        ])
        let context = instrument.serviceContext(of: ["baggage": "in=1,out=2"])
        let received = ContextSnapshot().receiving(from: context)
        #expect(received[text] == "1" && received[name] == nil)
        #expect(received.with(name, "3").run { instrument.headers(in: context) } == ["baggage": "out=3"])
    }

    @Test func `One key can be received into one variable and sent from another`() throws {
        let caller = ContextVar<String?>("caller")
        let me = ContextVar<String?>("me")
        let instrument = BaggageInstrument([
            try BaggageEntry("service", caller, direction: .receiveOnly),
            try BaggageEntry("service", me, direction: .sendOnly),
        ])
        let context = instrument.serviceContext(of: ["baggage": "service=shop"])
        let received = ContextSnapshot().receiving(from: context).with(me, "stock")
        #expect(received[caller] == "shop")
        #expect(received.run { instrument.headers(in: context) } == ["baggage": "service=stock"])
    }

    @Test func `A key that isn't a token is refused when it is declared`() {
        #expect(throws: BaggageError.invalidKey("a b")) { _ = try BaggageEntry("a b", text) }
        #expect(throws: BaggageError.invalidKey("")) { _ = try BaggageEntry("", number) }
    }
}
#endif
