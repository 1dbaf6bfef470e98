// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVarsTracing
import Testing

/// The header's format after https://www.w3.org/TR/baggage/, one row for each rule.
@Suite struct BaggageFormatTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let header: String
        let members: [Baggage.Member]
        var problems: [Baggage.Problem] = []

        var testDescription: String { header.debugDescription }
    }

    static let accepted = [
        Row(header: "", members: []),
        Row(header: "k=v", members: [member("k", "v")]),
        Row(header: "k=", members: [member("k", "")]),
        Row(
            header: "key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey=propertyValue",
            members: [
                member("key1", "value1", property("property1"), property("property2")),
                member("key2", "value2"),
                member("key3", "value3", property("propertyKey", "propertyValue")),
            ]),
        Row(
            header: "userId=alice,serverNode=DF%2028,isProduction=false",
            members: [member("userId", "alice"), member("serverNode", "DF 28"), member("isProduction", "false")]),
        Row(header: "userId =   alice", members: [member("userId", "alice")]),
        Row(
            header: "serverNode = DF%2028, isProduction = false",
            members: [member("serverNode", "DF 28"), member("isProduction", "false")]),
        Row(
            header: "a \t = \t b \t ; \t p \t , \t c \t = \t d \t ; \t q \t = \t r \t ",
            members: [member("a", "b", property("p")), member("c", "d", property("q", "r"))]),
        Row(header: "k=a=b==;p=c=d", members: [member("k", "a=b==", property("p", "c=d"))]),
        Row(header: "k=%09%20%22%27%3B%3Dasdf%21%40", members: [member("k", "\t \"';=asdf!@")]),
        Row(header: "k=1,k=2", members: [member("k", "1"), member("k", "2")]),
        Row(header: "K=1,k=2", members: [member("K", "1"), member("k", "2")]),
        Row(header: "!#$%&'*+-.^_`|~09azAZ=v", members: [member("!#$%&'*+-.^_`|~09azAZ", "v")]),
        Row(header: "%41=v", members: [member("%41", "v")]),
        Row(header: "k=!#$&'()*+-./:<=>?@[]^_`{|}~", members: [member("k", "!#$&'()*+-./:<=>?@[]^_`{|}~")]),
        Row(header: ", ,k=v,\t,", members: [member("k", "v")]),
        Row(header: "k=v;", members: [member("k", "v")]),
        Row(header: "k=v; ;p", members: [member("k", "v", property("p"))]),
        Row(header: "k=v;p=", members: [member("k", "v", property("p", ""))]),
    ]

    @Test(arguments: accepted)
    func `A header after the format is read as it is meant`(row: Row) {
        let (baggage, problems) = Baggage.parse(row.header)
        #expect(baggage.members == row.members)
        #expect(problems == [])
    }

    static let refused: [(String, Baggage.Defect)] = [
        ("k", .missingValue),
        ("k;p", .missingValue),
        ("k;p=v", .missingValue),
        ("=v", .invalidKey),
        (" = v", .invalidKey),
        ("k k=v", .invalidKey),
        ("k\"=v", .invalidKey),
        ("k\u{0}=v", .invalidKey),
        ("schlüssel=v", .invalidKey),
        ("k/1=v", .invalidKey),
        ("k:=v", .invalidKey),
        ("k=a b", .invalidCharacter),
        ("k=a\tb", .invalidCharacter),
        ("k=\"a\"", .invalidCharacter),
        ("k=a\\b", .invalidCharacter),
        ("k=é", .invalidCharacter),
        ("k=a\u{7F}", .invalidCharacter),
        ("k=a\u{0}b", .invalidCharacter),
        ("k=a\r\nevil: 1", .invalidCharacter),
        ("k=%", .invalidEscape),
        ("k=%4", .invalidEscape),
        ("k=%4G", .invalidEscape),
        ("k=%%41", .invalidEscape),
        ("k=% 41", .invalidEscape),
        ("k=50%", .invalidEscape),
        ("k=%u0041", .invalidEscape),
        ("k=v;=p", .invalidProperty),
        ("k=v;p q", .invalidProperty),
        ("k=v;p=%", .invalidProperty),
        ("k=v;p=a b", .invalidProperty),
    ]

    @Test(arguments: refused)
    func `A malformed member is left out and reported; the others count`(text: String, defect: Baggage.Defect) {
        let (baggage, problems) = Baggage.parse("first=1,\(text),last=2")
        #expect(baggage.members == [member("first", "1"), member("last", "2")])
        #expect(problems == [.malformedMember(1, defect)])
    }

    @Test(arguments: [
        "tenant=%ZZ", "tenant=ac me", "tenant=\"acme\"", "tenant=x;p=%", "tenant=x;p q", "tenant", "tenant;p",
        " tenant = a\\b", "tenant=é",
    ])
    func `A malformed member is the last word on a key that can be read: no earlier value of it counts`(last: String) {
        let (baggage, problems) = Baggage.parse("tenant=evil,other=1,tenant=worse,\(last)")
        #expect(baggage.members == [member("other", "1")])
        #expect(problems.count == 1)
        let severalHeaders = Baggage.parse(["tenant=evil", last]).baggage
        #expect(severalHeaders.isEmpty)
        let corrected = Baggage.parse("tenant=evil,\(last),tenant=acme").baggage
        #expect(corrected.members == [member("tenant", "acme")], "a member after it counts")
    }

    @Test(arguments: ["te nant=x", "=tenant", "\"tenant\"=x", "tenant/x=1", "Tenant=%", "tenan=%"])
    func `A malformed member whose key can't be read says nothing about other keys`(last: String) {
        #expect(Baggage.parse("tenant=acme,\(last)").baggage["tenant"] == "acme")
    }

    /// open-telemetry/opentelemetry-python#5566: form encoding made `a+b` into `a b`.
    @Test func `A plus is a plus, and a space is an escape, both ways`() {
        #expect(Baggage.parse("k=a+b%20c%2Bd").baggage["k"] == "a+b c+d")
        #expect(Baggage([member("k", "a+b c")]).serialized().header == "k=a+b%20c")
    }

    @Test func `Several headers of one message are one list`() {
        let (baggage, problems) = Baggage.parse(["userId=alice", "", "broken", "serverNode=DF%2028,isProduction=false"])
        #expect(baggage.members.map(\.key) == ["userId", "serverNode", "isProduction"])
        #expect(problems == [.malformedMember(1, .missingValue)])
    }

    @Test func `Of members with the same key the last one counts, and all are kept in order`() {
        var baggage = Baggage.parse("k=1,other=x,k=2;p").baggage
        #expect(baggage["k"] == "2" && baggage["other"] == "x" && baggage["K"] == nil)
        #expect(baggage.serialized().header == "k=1,other=x,k=2;p")
        baggage.set(member("k", "3"))
        #expect(baggage.serialized().header == "other=x,k=3")
        baggage.remove("k")
        #expect(baggage.serialized().header == "other=x")
    }

    @Test func `A key that isn't a token is an error that says what to write`() {
        for key in ["", "a b", "a=b", "a,b", "a;b", "ключ", "a\r\nb", "a\u{0}"] {
            #expect(throws: BaggageError.invalidKey(key)) { _ = try Baggage.Member(key, "v") }
            #expect(throws: BaggageError.invalidKey(key)) { _ = try Baggage.Property(key) }
        }
        #expect("\(BaggageError.invalidKey("a\r\nb"))".hasPrefix(#"cannot use "a\r\nb" as a key"#))
    }

    @Test func `A description has keys and no values`() {
        let baggage = Baggage([member("user", "alice"), member("tenant", "acme")])
        #expect(baggage.description == "<Baggage {user, tenant}>")
        #expect(baggage.debugDescription == "<Baggage user=alice,tenant=acme>")
    }
}
#endif
