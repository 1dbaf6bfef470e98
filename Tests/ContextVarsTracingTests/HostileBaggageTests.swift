// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVars
import ContextVarsTracing
import TestSupport
import Testing

/// Headers that nobody sends by mistake, and headers that nobody thought of.
@Suite struct HostileBaggageTests {
    struct Header: Sendable, CustomTestStringConvertible {
        let text: String

        init(_ piece: String, count: Int = 1) {
            self.text = String(repeating: piece, count: count)
        }

        var testDescription: String { "\(text.utf8.count) bytes from \(text.prefix(12).debugDescription)" }
    }

    static let headers = [
        Header(",", count: 8192),
        Header(";", count: 8192),
        Header("=", count: 8192),
        Header("%", count: 8192),
        Header(" ", count: 8192),
        Header("k=v,", count: 100_000),
        Header("k=" + String(repeating: "%00", count: 2000)),
        Header("k=v" + String(repeating: ";p", count: 4000)),
        Header("k=v" + String(repeating: ";p=v", count: 1_000_000)),
        Header("\u{0}", count: 8192),
        Header("\r\n", count: 4096),
        Header("k\u{0301}", count: 2000),
        Header(String(decoding: [0xFF, 0xFE, 0x3D, 0x80] as [UInt8], as: UTF8.self)),
    ]

    @Test(arguments: headers)
    func `Nothing in a header ends the program or takes long`(header: Header) {
        let (baggage, problems) = Baggage.parse(header.text)
        #expect(baggage.members.count <= 64 && problems.count <= 64)
        #expect(Baggage.parse([header.text, header.text]).baggage.members.count <= 64)
    }

    @Test(arguments: ["": nil, "ab": nil, "a": "a", "é": "é"] as [String: Character?])
    func `A value that is a character is exactly one`(text: String, value: Character?) throws {
        let grade = ContextVar<Character?>("grade")
        let instrument = BaggageInstrument([try BaggageEntry("grade", grade)])
        let header = Baggage([try Baggage.Member("grade", text)]).serialized().header
        let received = ContextSnapshot().receiving(from: instrument.serviceContext(of: ["baggage": header]))
        #expect(received.run { grade.get() } == value)
    }

    @Test func `Random text is read without harm, and what is read is written and read again to the same`() {
        var random = SplitMix64(state: testSeed)
        let alphabet = Array("abkv019=,;% \t\"\\AFé\u{0}\r\n\u{7F}/日".unicodeScalars)
        for _ in 0..<4000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                scalars.append(alphabet.randomElement(using: &random)!)
            }
            let baggage = Baggage.parse(String(scalars)).baggage
            #expect(Baggage.parse(baggage.serialized().header) == (baggage, []), "\(String(scalars).debugDescription)")
        }
    }

    @Test func `Headers with random damage lose the damaged members only`() {
        var random = SplitMix64(state: testSeed)
        let header = Array("userId=alice;source=login,serverNode=DF%2028,isProduction=false;checked;at=%C3%A9".utf8)
        for _ in 0..<4000 {
            var bytes = header
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...127, using: &random)
            }
            let (baggage, problems) = Baggage.parse(String(decoding: bytes, as: UTF8.self))
            let pieces = bytes.split(separator: UInt8(ascii: ",")).filter { piece in
                piece.contains { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
            }
            #expect(baggage.members.count + problems.count == pieces.count)
        }
    }

    @Test func `Random members are written as printable ASCII and read back to the same`() {
        var random = SplitMix64(state: testSeed)
        for _ in 0..<500 {
            let baggage = randomBaggage(using: &random)
            let (header, dropped) = baggage.serialized(limits: .unlimited)
            #expect(dropped == [])
            #expect(header.utf8.allSatisfy { (0x21...0x7E).contains($0) })
            let (parsed, problems) = Baggage.parse(header, limits: .unlimited)
            #expect(parsed == baggage && problems == [])
            #expect(
                zip(parsed.members, baggage.members).allSatisfy { Array($0.value.utf8) == Array($1.value.utf8) })

            let limits = Baggage.Limits(maxMembers: 4, maxBytes: 60)
            let (short, rest) = baggage.serialized(limits: limits)
            let fitting = Baggage.parse(short, limits: limits)
            #expect(fitting.problems == [])
            #expect(fitting.baggage.members.count + rest.count == baggage.members.count)
        }
    }

    private func randomBaggage(using random: inout SplitMix64) -> Baggage {
        func text() -> String {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let number =
                    Bool.random(using: &random)
                    ? UInt32.random(in: 0...0x7F, using: &random) : UInt32.random(in: 0x80...0x10FFFF, using: &random)
                if let scalar = Unicode.Scalar(number) { scalars.append(scalar) }
            }
            return String(scalars)
        }
        func key() -> String {
            let tokens = Array("!#$%&'*+-.^_`|~09azAZ")
            return String(
                (0...Int.random(in: 0...8, using: &random)).map { _ in tokens.randomElement(using: &random)! })
        }
        func properties() -> [Baggage.Property] {
            (0..<Int.random(in: 0...2, using: &random)).map { _ in
                property(key(), Bool.random(using: &random) ? text() : nil)
            }
        }
        return Baggage(
            (0..<Int.random(in: 0...8, using: &random)).map { _ in member(key(), text(), properties()) })
    }
}
#endif
