// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVarsTracing
import Testing

@Suite struct BaggageLimitsTests {
    func baggage(members: Int) -> Baggage {
        Baggage((0..<members).map { member("key\($0)", "value") })
    }

    @Test func `64 members and 8192 bytes get through both ways`() {
        let many = baggage(members: 64).serialized()
        #expect(many.dropped == [])
        #expect(Baggage.parse(many.header).baggage.members.count == 64)

        let large = Baggage([member("a", String(repeating: "0123456789", count: 819))]).serialized()
        #expect(large.dropped == [] && large.header.utf8.count == 8192)
        #expect(Baggage.parse(large.header).baggage.members.count == 1)

        let both = Baggage((0..<512).map { member("\(100 + $0)", "0123456789a") })
            .serialized(limits: .init(maxMembers: 512))
        #expect(both.dropped == [] && both.header.utf8.count == 8191)
    }

    @Test func `A header beyond a limit is refused as a whole`() {
        let many = baggage(members: 65).serialized(limits: .unlimited).header
        #expect(Baggage.parse(many) == (Baggage(), [.tooManyMembers(limit: 64)]))
        #expect(Baggage.parse(many, limits: .init(maxMembers: 65)).baggage.members.count == 65)

        let large = "a=" + String(repeating: "x", count: 8191)
        #expect(Baggage.parse(large) == (Baggage(), [.tooManyBytes(8193, limit: 8192)]))
        #expect(Baggage.parse(large, limits: .unlimited).baggage.members.count == 1)
    }

    @Test func `Several headers have one limit together`() {
        let half = "a=" + String(repeating: "x", count: 4094)
        #expect(Baggage.parse([half, half]) == (Baggage(), [.tooManyBytes(8193, limit: 8192)]))
        let members = (0..<40).map { "k\($0)=v" }.joined(separator: ",")
        #expect(Baggage.parse([members, members]) == (Baggage(), [.tooManyMembers(limit: 64)]))
    }

    @Test func `White space around commas doesn't count, wherever the lines of a header were joined`() {
        let lines = (0..<64).map { "k\(100 + $0)=" + String(repeating: "x", count: 122) }
        #expect(lines.allSatisfy { $0.utf8.count == 127 })
        for header in [[lines.joined(separator: ",")], [lines.joined(separator: ", ")], lines] {
            #expect(Baggage.parse(header).baggage.members.count == 64)
        }
        let padded = lines.map { " \t\($0)\t " }
        #expect(Baggage.parse(padded.joined(separator: ",")).baggage.members.count == 64)
        #expect(Baggage.parse(padded).baggage.members.count == 64)
        let beyond = lines.dropLast() + [lines[63] + "yz"]
        for separator in [",", ", "] {
            #expect(
                Baggage.parse(beyond.joined(separator: separator)).problems == [.tooManyBytes(8193, limit: 8192)])
        }
        let inside = "a=1" + String(repeating: " ", count: 8192) + ";p"
        #expect(Baggage.parse(inside).problems == [.tooManyBytes(8197, limit: 8192)], "no comma, so it counts")
    }

    @Test func `Malformed members count, so that none is read for free`() {
        let header = String(repeating: "x,", count: 65)
        #expect(Baggage.parse(header).problems == [.tooManyMembers(limit: 64)])
        #expect(Baggage.parse(header, limits: .unlimited).problems.count == 65)
    }

    @Test func `What doesn't fit when sending is left out member by member, and given back`() {
        let members = baggage(members: 66)
        let (header, dropped) = members.serialized()
        #expect(Baggage.parse(header).baggage.members.count == 64)
        #expect(dropped.map(\.key) == ["key64", "key65"])

        let sizes = Baggage([member("a", "12345"), member("b", "123456789"), member("c", "1")])
        let small = sizes.serialized(limits: .init(maxBytes: 11))
        #expect(small.header == "a=12345,c=1" && small.dropped.map(\.key) == ["b"])
    }

    @Test func `Limits of zero and below let nothing through`() {
        for limits in [Baggage.Limits(maxMembers: 0), Baggage.Limits(maxMembers: -1, maxBytes: -1)] {
            #expect(Baggage.parse("k=v", limits: limits).baggage.isEmpty)
            #expect(Baggage([member("k", "v")]).serialized(limits: limits).header == "")
        }
    }

    @Test func `Problems say what is wrong, and nothing of the header`() {
        let problems = Baggage.parse("secret,password=%").problems
        #expect(
            problems.map(\.description) == [
                "member 0 is malformed: it has no value",
                "member 1 is malformed: its value has a % without two hexadecimal digits",
            ])
        #expect("\(Baggage.Problem.tooManyBytes(9, limit: 8))" == "the header has 9 bytes, and 8 are allowed")
        #expect("\(Baggage.Problem.tooManyMembers(limit: 64))" == "the header has more than 64 members")
    }
}
#endif
