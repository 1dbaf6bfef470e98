// SPDX-License-Identifier: Apache-2.0
import PersistentCollections
import TestSupport
import Testing

/// Operations on whole maps agree with those of dictionaries, and share what stays.
@Suite struct CombiningTests {
    private typealias Map = HAMT<ChosenKey, Int>

    private func random(_ hashing: Hashing, _ random: inout SplitMix64, from base: Map = Map()) -> Map {
        var map = base
        for _ in 0..<random.below(60) {
            // (Ones that are far away give a trie of numbers a root above the one it would have.)
            let key = hashing.key(random.below(50) + (random.below(20) == 0 ? 1 << (6 + random.below(20)) : 0))
            map[key] = random.below(3) == 0 ? nil : random.below(9)
        }
        return map
    }

    private func dictionary(_ map: Map) -> [ChosenKey: Int] {
        Dictionary(uniqueKeysWithValues: map.map { ($0.key, $0.value) })
    }

    @Test(arguments: Hashing.allCases)
    func `Sets of keys and merging agree with Dictionary, of versions and of unrelated maps`(_ hashing: Hashing) {
        var generator = SplitMix64(state: testSeed)
        for round in 0..<100 {
            let left = random(hashing, &generator)
            let right = random(hashing, &generator, from: round % 2 == 0 ? left : Map())
            let (mine, theirs) = (dictionary(left), dictionary(right))
            let results: [(Map, [ChosenKey: Int])] = [
                (left.intersection(right.keys), mine.filter { theirs[$0.key] != nil }),
                (left.subtracting(right.keys), mine.filter { theirs[$0.key] == nil }),
                (left.merging(right), mine.merging(theirs) { $1 }),
                (left.merging(right, uniquingKeysWith: +), mine.merging(theirs, uniquingKeysWith: +)),
                (left.filter { $0.value % 2 == 0 }, mine.filter { $0.value % 2 == 0 }),
            ]
            for (result, expected) in results {
                #expect(result.invariantViolations() == [])
                #expect(dictionary(result) == expected && result.count == expected.count)
            }
            #expect(Set(left.keys.union(right.keys)) == Set(mine.keys).union(theirs.keys))
            #expect(Set(left.keys.intersection(right.keys)) == Set(mine.keys).intersection(theirs.keys))
            #expect(Set(left.keys.subtracting(right.keys)) == Set(mine.keys).subtracting(theirs.keys))
        }
    }

    @Test func `What stays whole is shared`() {
        let map = HAMT(uniqueKeysWithValues: (0..<1000).map { (ChosenKey($0, hash: $0), $0) })
        let first = ChosenKey(0, hash: 0)
        #expect(map.filter { _ in true }.nodeAddresses == map.nodeAddresses)
        let fewer = map.filter { $0.key != first }
        #expect(Set(fewer.nodeAddresses).intersection(map.nodeAddresses).count >= map.nodeAddresses.count - 3)
        let restored = fewer.merging(map)
        #expect(restored == map && fewer.count == 999)
        #expect(map.intersection(fewer.keys) == fewer && Array(map.subtracting(fewer.keys).keys) == [first])
        #expect(map.intersection(map.keys).nodeAddresses == map.nodeAddresses && map.subtracting(map.keys).isEmpty)
    }

    @Test func `Of what two versions share, no key is compared, though the root of one lies above that of the other`() {
        let counter = CountingKey.Counter()
        func key(_ number: Int) -> CountingKey { CountingKey(id: number, counter: counter, hash: number) }
        let lower = HAMT(uniqueKeysWithValues: (0..<1000).map { (key($0), $0) })
        let upper = lower.inserting(-1, forKey: key(1 << 40))
        counter.comparisons = 0
        let results = [
            (lower.intersection(upper.keys).count, 1000), (upper.intersection(lower.keys).count, 1000),
            (lower.subtracting(upper.keys).count, 0), (upper.subtracting(lower.keys).count, 1),
            (upper.merging(lower).count, 1001), (lower.merging(upper).count, 1001),
            (upper.changes(from: lower).count, 1), (lower.changes(from: upper).count, 1),
        ]
        #expect(results.allSatisfy { $0 == $1 } && counter.comparisons == 0, "\(results), \(counter.comparisons)")
    }

    @Test func `A change is judged with its key`() {
        let before: HAMT = ["exact": 1.0, "about": 1.0]
        let after: HAMT = ["exact": 1.001, "about": 1.001]
        let changes = after.changes(from: before) { key, old, new in key == "about" ? abs(old - new) < 0.1 : old == new
        }
        #expect(changes == [.changed("exact", from: 1.0, to: 1.001)])
    }

    @Test(arguments: [1, 8, 15, 16, 17, 18, 64])
    func `A value taken out through the subscript takes its entry with it`(_ count: Int) {
        for isShared in [false, true] {
            var map = HAMT(uniqueKeysWithValues: (0..<count).map { ("key \($0)", [$0]) })
            let copy = isShared ? map : [:]
            for id in 0..<count {
                #expect(map["key \(id)"].take() == [id])
                #expect(map.count == count - id - 1 && map["key \(id)"] == nil && map.invariantViolations() == [])
            }
            #expect(copy.count == (isShared ? count : 0) && copy.allSatisfy { $0.key == "key \($0.value[0])" })
        }
    }

    @Test func `A builder leaves the map that it began with as it was`() {
        let base = HAMT(uniqueKeysWithValues: (0..<40).map { ($0, [$0]) })
        var builder = HAMT<Int, [Int]>.Builder(base)
        for id in 0..<60 { builder[id, default: []].append(-1) }
        builder[0] = nil
        #expect(builder.updateValue([], forKey: 1) == [1, -1] && builder.count == 59)
        let map = builder.build()
        #expect(map[2] == [2, -1] && map[59] == [-1] && map[0] == nil && map.invariantViolations() == [])
        #expect(base.count == 40 && base.allSatisfy { $0.value == [$0.key] })
    }

    @Test(arguments: [1, 8, 16, 17, 100])
    func `What a closure throws is passed on, and the map stays as it was`(_ count: Int) {
        struct Failure: Error {}
        let map = HAMT(uniqueKeysWithValues: (0..<count).map { ($0, $0) })
        let other = map.mapValues { $0 + 1 }
        func fail<Result>() throws -> Result { throw Failure() }
        #expect(throws: Failure.self) { try map.filter { _ in try fail() } }
        #expect(throws: Failure.self) { try map.mapValues { _ -> Int in try fail() } }
        #expect(throws: Failure.self) { try map.compactMapValues { _ -> Int? in try fail() } }
        #expect(throws: Failure.self) { try other.changes(from: map) { _, _ in try fail() } }
        #expect(throws: Failure.self) { try other.changes(from: map) { _, _, _ in try fail() } }
        #expect(throws: Failure.self) { try other.forEachChange(from: map, by: ==) { _ in try fail() } }
        #expect(throws: Failure.self) { try map.isEqual(to: other) { _, _ in try fail() } }
        #expect(throws: Failure.self) { try map.merging(other) { _, _ in try fail() } }
        #expect(throws: Failure.self) { try map.merging([(0, 1)]) { _, _ in try fail() } }
        #expect(throws: Failure.self) { try map.forEachEntry { _, _ in try fail() } }
        #expect(throws: Failure.self) { try HAMT(grouping: map.values) { _ -> Int in try fail() } }
        #expect(map.count == count && map.allSatisfy { $0.key == $0.value } && map.invariantViolations() == [])
    }

    @Test func `Every entry is seen where it lies`() {
        let map = HAMT(uniqueKeysWithValues: (0..<100).map { ("\($0)", $0) })
        var sum = 0
        map.forEachEntry { key, value in sum += value * (key.count > 2 ? 0 : 1) }
        #expect(sum == 99 * 50)
    }
}
