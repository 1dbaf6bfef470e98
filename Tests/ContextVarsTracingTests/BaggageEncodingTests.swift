// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVarsTracing
import Testing

@Suite struct BaggageEncodingTests {
    static let encodings: [(String, String)] = [
        ("plain", "plain"),
        ("DF 28", "DF%2028"),
        (" edges ", "%20edges%20"),
        ("100%", "100%25"),
        ("%41", "%2541"),
        ("a,b;c\"d\\e", "a%2Cb%3Bc%22d%5Ce"),
        ("a=b", "a=b"),
        ("Renée", "Ren%C3%A9e"),
        ("日本", "%E6%97%A5%E6%9C%AC"),
        ("👩‍👩‍👧", "%F0%9F%91%A9%E2%80%8D%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7"),
        ("a\r\nSet-Cookie: x=1", "a%0D%0ASet-Cookie:%20x=1"),
        ("\u{0}\u{1F}\u{7F}", "%00%1F%7F"),
        ("\u{FEFF}", "%EF%BB%BF"),
        ("", ""),
    ]

    @Test(arguments: encodings)
    func `A value is encoded as UTF-8 and decoded to the same`(value: String, encoded: String) {
        let header = Baggage([member("k", value, property("p", value))]).serialized().header
        #expect(header == "k=\(encoded);p=\(encoded)")
        let (baggage, problems) = Baggage.parse(header)
        #expect(problems == [])
        #expect(baggage["k"].map { Array($0.utf8) } == Array(value.utf8))
        #expect(baggage.members.first?.properties.first?.value == value)
    }

    @Test func `Escapes may have small letters, and may stand for what needs none`() {
        #expect(Baggage.parse("k=Ren%c3%a9e%41").baggage["k"] == "RenéeA")
    }

    static let invalid: [(String, String)] = [
        ("%FF", "\u{FFFD}"),
        ("a%C3b", "a\u{FFFD}b"),
        ("%C3%28", "\u{FFFD}("),
        ("%80%80", "\u{FFFD}\u{FFFD}"),
        ("%E6%97", "\u{FFFD}"),
        ("%C0%80", "\u{FFFD}\u{FFFD}"),
        ("%ED%A0%80", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("%F4%90%80%80", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
    ]

    @Test(arguments: invalid)
    func `Escaped bytes that aren't UTF-8 become U+FFFD`(encoded: String, value: String) {
        let (baggage, problems) = Baggage.parse("k=\(encoded),next=1")
        #expect(baggage.members == [member("k", value), member("next", "1")])
        #expect(problems == [])
    }
}
#endif
