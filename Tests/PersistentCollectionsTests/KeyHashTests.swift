// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import PersistentCollections

/// What the map makes of strings and `Int`s in place of their `hashValue`.
@Suite struct KeyHashTests {
    @Test func `Strings that are equal have one hash, though they are written with other scalars`() {
        let pairs = [
            ("caf\u{E9}", "cafe\u{301}"), ("\u{212B}", "A\u{30A}"), ("\u{1E9B}\u{323}", "\u{17F}\u{323}\u{307}"),
            ("300 \u{212A}", "300 K"), ("ti \u{37E}", "ti ;"), ("\u{1FEF}x\u{1FEF}", "`x`"),
            ("\u{212A}\u{301}", "K\u{301}"), ("\u{212A}\u{E9}", "Ke\u{301}"), ("\u{D55C}", "\u{1112}\u{1161}\u{11AB}"),
            ("it is 300 degrees, in \u{212A}", "it is 300 degrees, in K"),
        ]
        for (one, other) in pairs {
            #expect(one == other && KeyHash.hash(of: one) == KeyHash.hash(of: other), "\(one), \(other)")
            #expect(HAMT(uniqueKeysWithValues: [(one, 1)])[other] == 1)
        }
    }

    @Test func `Three scalars outside ASCII are equal to ASCII characters, in any version of Unicode no more`() {
        let ascii = Set((0..<128).map { String(Unicode.Scalar($0)) })
        let found = (128...0x10_FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)
            .filter { ascii.contains(String($0)) }
        #expect(found == ["\u{37E}", "\u{1FEF}", "\u{212A}"])
    }

    @Test func `A map of strings, many of them equal though written in several ways, holds what a dictionary holds`() {
        var random = SplitMix64(state: testSeed)
        let scalars: [Unicode.Scalar] = [
            "a", "K", ";", "`", "\u{212A}", "\u{37E}", "\u{1FEF}", "e", "\u{301}", "\u{E9}", "A", "\u{30A}", "\u{C5}",
            "\u{212B}", "\u{1100}", "\u{1161}", "\u{AC00}", "\u{1F600}", "\0",
        ]
        var map = HAMT<String, Int>()
        var model: [String: Int] = [:]
        for step in 0..<20_000 {
            // Half of the keys are made of the first seven alone, so that many are equal to ASCII ones.
            let choice = random.below(2) == 0 ? 7 : scalars.count
            var key = ""
            for _ in 0..<random.below(step & 1 == 0 ? 4 : 24) {
                key.unicodeScalars.append(scalars[random.below(choice)])
            }
            let isRemoval = random.below(3) == 0
            map[key] = isRemoval ? nil : step
            model[key] = isRemoval ? nil : step
            guard map.count == model.count, map[key] == model[key] else {
                Issue.record("\(key.debugDescription), seed \(testSeed), step \(step)")
                return
            }
        }
        for (key, value) in model { #expect(map[key] == value, "\(key.debugDescription), seed \(testSeed)") }
        #expect(map.invariantViolations() == [])
    }

    @Test func `A string has one hash wherever its bytes are`() {
        for count in 0...70 {
            let small = String("request.header.content-type; charset=utf-8, and so on for seventy bytes".prefix(count))
            var large = small
            large.reserveCapacity(200)
            large.append("x")
            let part = large.dropLast()
            large.removeLast()
            #expect(KeyHash.hash(of: small) == KeyHash.hash(of: large))
            #expect(KeyHash.hash(of: small) == KeyHash.hash(of: String(part)))
        }
    }

    @Test func `Strings that differ in one character, or in how often they have it, have different hashes`() {
        var hashes: [UInt: String] = [:]
        for count in 0...70 {
            let base = [UInt8](repeating: UInt8(ascii: "a"), count: count)
            let changed = (0..<count).flatMap { index in
                [0, 1, UInt8(count), UInt8(ascii: "b"), 0x7F].map { byte in
                    var bytes = base
                    bytes[index] = byte
                    return String(decoding: bytes, as: UTF8.self)
                }
            }
            for string in Set(changed + [String(decoding: base, as: UTF8.self)]) {
                let other = hashes.updateValue(string, forKey: KeyHash.hash(of: string))
                #expect(other == nil, "\(string.debugDescription), \(other.debugDescription)")
            }
        }
    }

    /// Each half of the bytes is multiplied with the other one, so a change of the one could make up for a change of the
    /// other. (It did in some processes, when one factor was made of the other.)
    @Test func `Strings of equal letters that differ in two characters have different hashes`() {
        var hashes: [UInt: String] = [:]
        for count in [16, 24, 32] {
            for (first, second) in (0..<count).flatMap({ second in (0..<second).map { ($0, second) } }) {
                for change in 0..<16 {
                    var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: count)
                    bytes[first] ^= UInt8(1 + change / 4)
                    bytes[second] ^= UInt8(1 + change % 4)
                    let string = String(decoding: bytes, as: UTF8.self)
                    let other = hashes.updateValue(string, forKey: KeyHash.hash(of: string))
                    #expect(other == nil, "\(string.debugDescription), \(other.debugDescription)")
                }
            }
        }
    }

    @Test func `Each bit of a number changes each bit of its hash in about half of the cases`() {
        expectHalf(of: Array(0..<1000), bits: Int.bitWidth, KeyHash.hash(of:)) { $0 ^ (1 << $1) }
    }

    @Test(arguments: [1, 6, 14, 40])
    func `Each bit of a string changes each bit of its hash in about half of the cases`(repeated count: Int) {
        let strings = (0..<1000).map { String(repeating: "ab", count: count) + "\($0)" }
        expectHalf(of: strings, bits: 7 * (2 * count + 1), KeyHash.hash(of:)) { string, bit in
            var bytes = Array(string.utf8)
            bytes[bit / 7] ^= 1 << UInt8(bit % 7)
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    @Test func `A secret has no six equal bits side by side, its two ends included`() {
        var random = SplitMix64(state: testSeed)
        var found = [false: 0, true: 0]
        for _ in 0..<10_000 {
            let word = random.next()
            let ring = Array(repeating: (0..<64).map { word >> $0 & 1 }, count: 2).joined()
            let longest = ring.split(separator: 0).map(\.count) + ring.split(separator: 1).map(\.count)
            #expect(KeyHash.multipliesWell(word) == longest.allSatisfy { $0 < 6 }, "\(word), seed \(testSeed)")
            found[KeyHash.multipliesWell(word), default: 0] += 1
        }
        #expect(found.values.allSatisfy { $0 > 2_000 }, "\(found), seed \(testSeed)")
    }

    /// Expects each count to be near 500.
    ///
    /// (The bounds are wider than any secret was seen to reach that `multipliesWell` accepts.)
    private func expectHalf<Key>(
        of keys: [Key], bits: Int, _ hash: (Key) -> UInt, flip: (Key, Int) -> Key
    ) {
        for bit in 0..<bits {
            var changes = Array(repeating: 0, count: UInt.bitWidth)
            for key in keys {
                let changed = hash(key) ^ hash(flip(key, bit))
                for index in changes.indices { changes[index] += Int((changed >> UInt(index)) & 1) }
            }
            #expect(changes.allSatisfy { (340...660).contains($0) }, "bit \(bit): \(changes)")
        }
    }
}
