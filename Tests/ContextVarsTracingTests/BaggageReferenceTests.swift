// SPDX-License-Identifier: Apache-2.0
#if Tracing
import ContextVarsTracing
import TestSupport
import Testing

/// The parser, which reads bytes in one pass, beside one that follows the grammar word by word.
@Suite struct BaggageReferenceTests {
    @Test func `Random headers are read as the grammar has it, with the same problems`() {
        var random = SplitMix64(state: testSeed)
        let pieces = [
            "a", "b", "tenant", "=", "=", "=", ",", ",", ";", " ", "\t", "%41", "%C3%A9", "%4", "%", "\"", "é",
        ]
        for _ in 0..<20_000 {
            let header = (0..<Int.random(in: 0...24, using: &random))
                .map { _ in pieces.randomElement(using: &random)! }
                .joined()
            let (baggage, problems) = Baggage.parse(header)
            let reference = Reference(header)
            #expect(baggage.members == reference.members, "\(header.debugDescription), seed \(testSeed)")
            #expect(problems == reference.problems, "\(header.debugDescription), seed \(testSeed)")
        }
    }

    @Test func `Each byte is what the grammar says, in a key and in a value`() {
        for byte in UInt8.min...UInt8.max {
            let character = String(decoding: [byte], as: UTF8.self)
            let asKey = Baggage.parse("k\(character)=v").problems
            let asValue = Baggage.parse("k=v\(character)w").problems
            let isWhiteSpace = byte == 0x20 || byte == 0x09
            let isSeparator = [",", ";", "="].contains(character)
            #expect(asKey.isEmpty == (Reference.isTokenByte(byte) || isWhiteSpace || character == "="), "\(byte)")
            if !isSeparator, character != "%" { #expect(asValue.isEmpty == Reference.isOctet(byte), "\(byte)") }
        }
    }
}

/// A header, read by splitting it.
private struct Reference {
    var members: [Baggage.Member] = []
    var problems: [Baggage.Problem] = []

    init(_ header: String) {
        let texts = Self.split(header, at: ",").filter { !$0.isEmpty }
        for (position, text) in texts.enumerated() {
            do throws(Baggage.Defect) {
                members.append(try Self.parse(text))
            } catch {
                problems.append(.malformedMember(position, error))
                let key = Self.trimmed(text.prefix { $0 != "=" && $0 != ";" })
                members.removeAll { $0.key == key }
            }
        }
    }

    private static func parse(_ text: Substring.UnicodeScalarView) throws(Baggage.Defect) -> Baggage.Member {
        var parts = split(Substring(text), at: ";")[...]
        let (key, value) = try pair(parts.removeFirst())
        guard let value else { throw .missingValue }
        var properties: [Baggage.Property] = []
        for part in parts where !part.isEmpty {
            do {
                let (key, value) = try pair(part)
                properties.append(property(key, value))
            } catch {
                throw .invalidProperty
            }
        }
        return member(key, value, properties)
    }

    private static func pair(
        _ text: Substring.UnicodeScalarView
    ) throws(Baggage.Defect) -> (key: String, value: String?) {
        let key = trimmed(text.prefix { $0 != "=" })
        guard !key.isEmpty, key.utf8.allSatisfy(isTokenByte) else { throw .invalidKey }
        guard let equals = text.firstIndex(of: "=") else { return (key, nil) }
        return (key, try decoded(trimmed(text[text.index(after: equals)...])))
    }

    private static func decoded(_ value: String) throws(Baggage.Defect) -> String {
        var bytes: [UInt8] = []
        var rest = Array(value.utf8)[...]
        while let byte = rest.popFirst() {
            guard isOctet(byte) else { throw .invalidCharacter }
            if byte == UInt8(ascii: "%") {
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16)
                else { throw .invalidEscape }
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func isTokenByte(_ byte: UInt8) -> Bool {
        let others = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        return others.utf8.contains(byte)
    }

    static func isOctet(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"\",;\\".utf8.contains(byte)
    }

    private static func split(
        _ text: some StringProtocol, at separator: Unicode.Scalar
    ) -> [Substring.UnicodeScalarView] {
        Substring(text).unicodeScalars
            .split(separator: separator, omittingEmptySubsequences: false)
            .map { Substring(trimmed($0)).unicodeScalars }
    }

    private static func trimmed(_ text: Substring.UnicodeScalarView) -> String {
        func isWhiteSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }
        var text = text.drop(while: isWhiteSpace)
        while let last = text.last, isWhiteSpace(last) { text.removeLast() }
        return String(text)
    }
}
#endif
