// SPDX-License-Identifier: Apache-2.0
import PersistentCollections
import TestSupport
import Testing

/// Merging walks both maps together: it agrees with dictionaries, keeps the form, and shares what only one map has.
@Suite struct MergingTests {
    /// Each of those sizes about which a map changes its form with each, and some larger ones.
    private static let sizes: [(Int, Int)] = {
        let small = [0, 1, 7, 8, 9, 15, 16, 17, 18, 64]
        return small.flatMap { size in small.map { (size, $0) } } + [(1000, 9), (17, 1000), (1000, 64), (1000, 1000)]
    }()

    /// A map of so many of some keys, in random order, that is a trie from nine entries on if it has been larger.
    private func map<Key>(
        of count: Int, among keys: [Key], side: Int, _ random: inout SplitMix64
    ) -> HAMT<Key, [Int]> {
        let chosen = keys.indices.shuffled(using: &random)
        var map = HAMT(uniqueKeysWithValues: chosen.prefix(count).map { (keys[$0], [side, $0]) })
        guard random.below(2) == 0 else { return map }
        for index in chosen.dropFirst(count).prefix(20) { map[keys[index]] = [side, index] }
        for index in chosen.dropFirst(count).prefix(20) { map[keys[index]] = nil }
        return map
    }

    private func dictionary<Key>(_ map: HAMT<Key, [Int]>) -> [Key: [Int]] {
        Dictionary(uniqueKeysWithValues: map.map { ($0.key, $0.value) })
    }

    /// Merges two maps in all ways, and compares with dictionaries.
    private func check<Key>(_ left: HAMT<Key, [Int]>, _ right: HAMT<Key, [Int]>, _ what: String) {
        let (mine, theirs) = (dictionary(left), dictionary(right))
        var calls: [[Int]: Int] = [:]
        let combined = left.merging(right) { first, second in
            calls[first + second, default: 0] += 1
            return first + second
        }
        let common = mine.compactMap { key, value in theirs[key].map { value + $0 } }
        #expect(calls == Dictionary(common.map { ($0, 1) }, uniquingKeysWith: +), "\(what), seed \(testSeed)")
        let results = [
            (combined, mine.merging(theirs, uniquingKeysWith: +)),
            (left.merging(right), mine.merging(theirs) { $1 }),
            (right.merging(left), theirs.merging(mine) { $1 }),
            (left.merging(left), mine), (left.merging(left, uniquingKeysWith: +), mine.mapValues { $0 + $0 }),
        ]
        for (index, (result, expected)) in results.enumerated() {
            #expect(result.invariantViolations() == [], "\(what), result \(index), seed \(testSeed)")
            #expect(result.count == expected.count && dictionary(result) == expected, "\(what), result \(index)")
        }
        let union = left.keys.union(right.keys)
        #expect(union.count == combined.count && Set(union) == Set(mine.keys).union(theirs.keys), "\(what), union")
        #expect(dictionary(left) == mine && dictionary(right) == theirs)
        #expect(left.invariantViolations() == [] && right.invariantViolations() == [])
    }

    private func checkAllSizes<Key: Hashable>(_ what: String, upTo limit: Int = 1000, _ key: (Int) -> Key) {
        var random = SplitMix64(state: testSeed)
        let keys = (0..<(limit + limit / 2)).map(key)
        for (size, other) in Self.sizes where max(size, other) <= limit {
            let left = map(of: size, among: keys, side: 0, &random)
            check(left, map(of: other, among: keys, side: 1, &random), "\(what), \(size) and \(other)")
            // Two versions of one map.
            var (older, newer) = (left, left)
            for _ in 0..<min(other, 20) {
                let index = random.below(keys.count)
                newer[keys[index]] = random.below(3) == 0 ? nil : [1, index]
                if random.below(3) == 0 { older[keys[random.below(keys.count)]] = nil }
            }
            check(older, newer, "\(what), versions of \(size)")
        }
    }

    @Test(arguments: Hashing.allCases)
    func `merging agrees with Dictionary at all sizes, whatever the hashes`(_ hashing: Hashing) {
        // Among equal hashes keys are looked for one by one.
        let collides = hashing == .constant || hashing == .fewBits || hashing == .lastLevelOnly
        checkAllSizes("\(hashing)", upTo: collides ? 64 : 1000, hashing.key)
    }

    @Test func `merging agrees with Dictionary for keys of all kinds`() {
        checkAllSizes("Int") { $0 }
        checkAllSizes("String") { "a key that is too long to be stored inline \($0)" }
        checkAllSizes("objects") { ChosenObject($0, hash: $0) }
        checkAllSizes("identity", IdentityKey.init)
        checkAllSizes("objects with few hashes", upTo: 64) { ChosenObject($0, hash: $0 & 7) }
    }

    @Test(arguments: [(3, 5), (8, 100), (100, 8), (16, 17), (17, 16), (200, 300)])
    func `The first map's key is kept, whatever value counts`(_ counts: (Int, Int)) {
        let mine = HAMT(uniqueKeysWithValues: (0..<counts.0).map { (ChosenObject($0, hash: $0), 1) })
        let theirs = HAMT(uniqueKeysWithValues: (0..<counts.1).map { (ChosenObject($0, hash: $0), 2) })
        let owners = HAMT<ObjectIdentifier, Int>(uniqueKeysWithValues: mine.keys.map { (ObjectIdentifier($0), 1) })
        for result in [mine.merging(theirs), mine.merging(theirs, uniquingKeysWith: +)] {
            #expect(result.count == max(counts.0, counts.1))
            #expect(result.keys.allSatisfy { owners.contains(ObjectIdentifier($0)) == ($0.id < counts.0) })
        }
        #expect(mine.merging(theirs).values.allSatisfy { $0 == 2 } == (counts.0 <= counts.1))
        let union = mine.keys.union(theirs.keys)
        #expect(union.allSatisfy { owners.contains(ObjectIdentifier($0)) == ($0.id < counts.0) })
    }

    private func numbered(_ numbers: Range<Int>, _ value: Int) -> HAMT<ChosenKey, Int> {
        HAMT(uniqueKeysWithValues: numbers.map { (ChosenKey($0, hash: $0), value) })
    }

    @Test func `What only one of the maps has is shared with it`() {
        let (left, right) = (numbered(0..<1000, 1), numbered(990..<3000, 2))
        let nodes = Set(left.nodeAddresses).union(right.nodeAddresses)
        for merged in [left.merging(right), left.merging(right, uniquingKeysWith: +), right.merging(left)] {
            #expect(merged.count == 3000 && merged.invariantViolations() == [])
            // New are the node in which both have keys, and those above it.
            #expect(Set(merged.nodeAddresses).subtracting(nodes).count <= 5)
            #expect(Set(merged.nodeAddresses).intersection(left.nodeAddresses).count >= 60)
            #expect(Set(merged.nodeAddresses).intersection(right.nodeAddresses).count >= 120)
        }
    }

    @Test func `Maps whose hashes part above both are shared whole`() {
        let (left, right) = (numbered(0..<100, 1), numbered(1 << 40..<(1 << 40 + 100), 2))
        let merged = left.merging(right) { _, _ in 0 }
        #expect(merged.nodeAddresses.dropFirst() == (left.nodeAddresses + right.nodeAddresses)[...])
        #expect(merged.count == 200 && merged.invariantViolations() == [])
    }

    @Test func `merging a newer version is that version, and merging an older one changes only what differs`() {
        let older = numbered(0..<1000, 1)
        var newer = older
        newer[ChosenKey(5000, hash: 5000)] = 1
        newer[ChosenKey(7, hash: 7)] = 2
        #expect(older.merging(newer).isIdentical(to: newer))
        #expect(older.merging(older).isIdentical(to: older))
        let nodes = Set(newer.nodeAddresses).union(older.nodeAddresses)
        #expect(Set(newer.merging(older).nodeAddresses).subtracting(nodes).count <= 4)
        #expect(newer.merging(older)[ChosenKey(7, hash: 7)] == 1 && newer.merging(older).count == 1001)
    }

    @Test func `merging versions looks at what differs only`() {
        let counter = CountingKey.Counter()
        let older = HAMT(uniqueKeysWithValues: (0..<10_000).map { (CountingKey(id: $0, counter: counter), $0) })
        var newer = older
        for id in [3, 300, 20_000] { newer[CountingKey(id: id, counter: counter)] = -1 }
        counter.comparisons = 0
        let (merged, union) = (older.merging(newer), newer.keys.union(older.keys))
        #expect(counter.comparisons <= 300, "\(counter.comparisons) comparisons")
        #expect(merged == newer && union.count == 10_001)
    }

    @Test(arguments: [(5, 5), (5, 100), (100, 5), (16, 17), (100, 100)])
    func `Where combining throws, the map stays as it was`(_ counts: (Int, Int)) {
        struct Failure: Error {}
        let (left, right) = (numbered(0..<counts.0, 1), numbered(0..<counts.1, 2))
        for limit in 0..<min(counts.0, counts.1) {
            var (map, calls) = (left, 0)
            #expect(throws: Failure.self) {
                try map.merge(right) { first, second in
                    calls += 1
                    if calls > limit { throw Failure() }
                    return first + second
                }
            }
            #expect(map.isIdentical(to: left) && calls == limit + 1 && map.values.allSatisfy { $0 == 1 })
        }
    }

    @Test func `A map that nobody shares takes few entries in place`() {
        var map = numbered(0..<1000, 1)
        let nodes = map.nodeAddresses
        let few = numbered(500..<510, 2)
        map.merge(few)
        map.merge(few, uniquingKeysWith: +)
        #expect(map.nodeAddresses == nodes && map[ChosenKey(505, hash: 505)] == 4 && map.count == 1000)
    }
}
