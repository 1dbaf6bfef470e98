// SPDX-License-Identifier: Apache-2.0
import PersistentCollections
import TestSupport
import Testing

/// Keys and values die with the last map that has them.
@Suite struct MemoryTests {
    final class Tracker {
        var alive = 0
    }

    final class Value {
        let tracker: Tracker
        /// That of the key whose value this is.
        let hash: Int
        init(_ tracker: Tracker, hash: Int = 0) {
            self.tracker = tracker
            self.hash = hash
            tracker.alive += 1
        }
        deinit { tracker.alive -= 1 }
    }

    final class Key: Hashable {
        let hashValue: Int
        let value: Value
        init(_ hash: Int, _ tracker: Tracker) {
            hashValue = hash
            value = Value(tracker)
        }
        func hash(into hasher: inout Hasher) { hasher.combine(hashValue) }
        static func == (left: Key, right: Key) -> Bool { left === right }
    }

    /// What can't be moved as bits: the runtime knows the address of a weak reference.
    struct Tethered: Hashable {
        let number: Int
        let hashValue: Int
        weak let value: Value?

        func hash(into hasher: inout Hasher) { hasher.combine(hashValue) }
        static func == (left: Tethered, right: Tethered) -> Bool { left.number == right.number }
    }

    @Test(arguments: Hashing.allCases)
    func `Keys and values that are more than bits keep what they refer to`(_ hashing: Hashing) {
        var random = SplitMix64(state: testSeed)
        let value = Value(Tracker())
        var map: HAMT<Tethered, Tethered> = [:]
        var model: [Int: Int] = [:]
        for step in 0..<4_000 {
            let number = random.below(150)
            let key = Tethered(number: number, hashValue: hashing.hash(number), value: value)
            let removes = random.below(3) == 0
            let kept = random.below(20) == 0 ? map : nil
            map[key] = removes ? nil : Tethered(number: step, hashValue: 0, value: value)
            model[number] = removes ? nil : step
            guard step.isMultiple(of: 20) || kept != nil else { continue }
            #expect(map.count == model.count)
            #expect(
                map.allSatisfy { key, stored in
                    key.value === value && stored.value === value && model[key.number] == stored.number
                })
        }
    }

    /// A key of two bytes, so that entries may end anywhere in a word.
    struct ShortKey: Hashable {
        let high, low: UInt8

        var hashValue: Int { Int(high) << 40 | Int(low) }
        func hash(into hasher: inout Hasher) { hasher.combine(hashValue) }
    }

    /// Where an allocator rounds sizes up, only the AddressSanitizer sees a byte that lies beyond.
    @Test func `Entries of a few bytes stay within their nodes`() {
        typealias Byte = UInt8
        editShortKeys(1 as Byte)
        editShortKeys((1, 2) as (Byte, Byte))
        editShortKeys((1, 2, 3) as (Byte, Byte, Byte))
        editShortKeys((1, 2, 3, 4) as (Byte, Byte, Byte, Byte))
        editShortKeys((1, 2, 3, 4, 5) as (Byte, Byte, Byte, Byte, Byte))
    }

    private func editShortKeys<Content>(_ value: Content) {
        var random = SplitMix64(state: testSeed)
        for _ in 0..<40 {
            var map: HAMT<ShortKey, Content> = [:]
            var keys = Set<ShortKey>()
            for low in UInt8(0)..<16 {
                keys.insert(ShortKey(high: 1, low: low))
                map[ShortKey(high: 1, low: low)] = value
            }
            for _ in 0..<100 {
                let key = ShortKey(high: UInt8(random.below(20)), low: UInt8(random.below(16)))
                map[key] = keys.contains(key) ? nil : value
                if keys.remove(key) == nil { keys.insert(key) }
                let violations = map.invariantViolations()
                if !violations.isEmpty { Issue.record("seed \(testSeed): \(violations)") }
            }
            #expect(Set(map.keys) == keys)
        }
    }

    @Test(arguments: Hashing.allCases)
    func `Random edits leak nothing and release nothing early`(_ hashing: Hashing) {
        let tracker = Tracker()
        do {
            var random = SplitMix64(state: testSeed)
            let keys = (0..<64).map { Key(hashing.hash($0), tracker) }
            var versions: [HAMT<Key, Value>] = [HAMT()]
            for _ in 0..<3_000 {
                let key = keys[random.below(keys.count)]
                var version = versions.remove(at: random.below(versions.count))
                let kept = random.below(3) == 0 ? version : nil
                switch random.below(9) {
                case 0: version[key] = Value(tracker, hash: key.hashValue)
                case 1: version = version.inserting(Value(tracker, hash: key.hashValue), forKey: key)
                case 2: version[key] = nil
                case 3: version = version.removingValue(forKey: key)
                case 4: version = version.filter { $0.key.hashValue & 3 != 0 }
                case 5: version.merge(versions.randomElement(using: &random) ?? version)
                case 6:
                    let other = versions.randomElement(using: &random) ?? version
                    version.merge(other) { Value(tracker, hash: $0.hash | $1.hash) }
                case 7: version = version.subtracting((versions.randomElement(using: &random) ?? [:]).keys)
                default: version = version.mapValues { Value(tracker, hash: $0.hash) }
                }
                #expect(version.allSatisfy { $0.value.hash == $0.key.hashValue })
                versions.append(version)
                if let kept, versions.count < 6 { versions.append(kept) }
            }
            let values = versions.reduce(into: Set<ObjectIdentifier>()) { set, map in
                for value in map.values { set.insert(ObjectIdentifier(value)) }
            }
            #expect(tracker.alive == values.count + keys.count)
        }
        #expect(tracker.alive == 0)
    }

    @Test func `A removed entry dies at once`() {
        let tracker = Tracker()
        var map: HAMT<Int, Value> = [:]
        for key in 0..<100 { map[key] = Value(tracker) }
        weak let last = map[99]
        map[99] = nil
        #expect(last == nil && tracker.alive == 99)
        map[98] = Value(tracker)
        #expect(tracker.alive == 99)
        map.removeAll(keepingCapacity: true)
        #expect(tracker.alive == 0)
    }

    @Test func `Keys and values of every layout are destroyed`() {
        struct Aligned {
            let vector: SIMD4<Double>
            let object: Value
        }
        struct Wide {
            let head: UInt8 = 1
            let object: Value
            let text: String
        }
        let tracker = Tracker()
        do {
            var strings: HAMT<String, any Sendable> = [:]
            var wide: HAMT<UInt8, Wide> = [:]
            var optionals: HAMT<Int16, Value?> = [:]
            var vectors: HAMT<Int8, SIMD8<Double>> = [:]
            var nothing: HAMT<UInt16, Void> = [:]
            var arrays: HAMT<Int, [Value]> = [:]
            var aligned: HAMT<Int, Aligned> = [:]
            for number in 0..<200 {
                strings["a key that is too long to be stored inline \(number)"] = "value \(number)"
                wide[UInt8(number)] = Wide(object: Value(tracker), text: "text that is too long to be inline \(number)")
                optionals[Int16(number)] = .some(number % 2 == 0 ? Value(tracker) : nil)
                vectors[Int8(number - 100)] = SIMD8(repeating: Double(number))
                nothing[UInt16(number)] = ()
                // Two words, of which the second is no object for all that the map knows.
                arrays[number] = [Value(tracker)]
                aligned[number] = Aligned(vector: SIMD4(repeating: Double(number)), object: Value(tracker))
            }
            #expect(tracker.alive == 700)
            #expect(arrays.invariantViolations().isEmpty && aligned.invariantViolations().isEmpty)
            #expect((0..<200).allSatisfy { aligned[$0]?.vector[3] == Double($0) && arrays[$0]?.count == 1 })
            #expect(HAMT<String, any Sendable>.valueOffsetIsAsAssumed && HAMT<UInt8, Wide>.valueOffsetIsAsAssumed)
            #expect(HAMT<Int16, Value?>.valueOffsetIsAsAssumed && HAMT<Int8, SIMD8<Double>>.valueOffsetIsAsAssumed)
            #expect(HAMT<UInt16, Void>.valueOffsetIsAsAssumed)
            #expect(strings.invariantViolations().isEmpty && wide.invariantViolations().isEmpty)
            #expect(optionals.invariantViolations().isEmpty && nothing.invariantViolations().isEmpty)
            #expect(vectors.invariantViolations().isEmpty)
            #expect((0..<200).allSatisfy { vectors[Int8($0 - 100)]?[7] == Double($0) })
            #expect(nothing.count == 200)
            let copies = (wide.removingValue(forKey: 7), optionals.filter { $0.key > 5 })
            #expect(copies.0.count == 199 && copies.1.count == 194)
            // Of every layout, a small map too.
            let small = (arrays.filter { $0.key < 9 }, aligned.filter { $0.key < 9 }, wide.filter { $0.key < 9 })
            #expect(small.0.inserting([], forKey: 3).count == 9 && small.1.removingValue(forKey: 3).count == 8)
            #expect(small.2.removingValue(forKey: 3).count == 8)
        }
        #expect(tracker.alive == 0)
    }

    @Test func `An iterator keeps what it walks over alive`() {
        let tracker = Tracker()
        func makeIterator() -> HAMT<Int, Value>.Iterator {
            HAMT(uniqueKeysWithValues: (0..<50).map { ($0, Value(tracker)) }).makeIterator()
        }
        var iterator: HAMT<Int, Value>.Iterator? = makeIterator()
        var seen = 0
        while iterator?.next() != nil { seen += 1 }
        #expect(seen == 50 && tracker.alive == 50)
        iterator = nil
        #expect(tracker.alive == 0)
    }

    @Test func `A transformation that throws halfway leaks nothing`() {
        struct Failure: Error {}
        let tracker = Tracker()
        let map = HAMT(uniqueKeysWithValues: (0..<500).map { ($0, $0) })
        for limit in stride(from: 0, to: 500, by: 7) {
            var calls = 0
            #expect(throws: Failure.self) {
                _ = try map.mapValues { _ in
                    calls += 1
                    if calls > limit { throw Failure() }
                    return Value(tracker)
                }
            }
        }
        #expect(tracker.alive == 0)
    }

    @Test func `A map of a million entries is built, copied and released`() {
        var map: HAMT<Int, Int> = [:]
        for number in 0..<1_000_000 { map[number] = number }
        let copy = map.inserting(-1, forKey: 7)
        #expect(map.count == 1_000_000 && copy[7] == -1 && map[999_999] == 999_999)
        map = [:]
        #expect(copy[500_000] == 500_000)
    }
}
