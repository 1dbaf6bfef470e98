// SPDX-License-Identifier: Apache-2.0
import PersistentCollections
import TestSupport
import Testing

@Suite struct ComparisonTests {
    private func counted(_ count: Int) -> (HAMT<CountingKey, Int>, CountingKey.Counter) {
        let counter = CountingKey.Counter()
        let map = HAMT(uniqueKeysWithValues: (0..<count).map { (CountingKey(id: $0, counter: counter), $0) })
        counter.comparisons = 0
        return (map, counter)
    }

    @Test func `A map and its copy are equal without a comparison of keys`() {
        let (map, counter) = counted(10_000)
        let copy = map
        #expect(map == copy)
        #expect(counter.comparisons == 0)
    }

    @Test func `Equality skips what two versions share`() {
        let (map, counter) = counted(10_000)
        let key = CountingKey(id: 77, counter: counter)
        let there = map.inserting(-1, forKey: key)
        let back = there.inserting(77, forKey: key)
        counter.comparisons = 0
        #expect(map == back)
        #expect((1...100).contains(counter.comparisons), "\(counter.comparisons) comparisons")
        counter.comparisons = 0
        #expect(map != there)
        #expect(counter.comparisons <= 100)
        let unshared = counted(10_000).0
        #expect(map == unshared)
        #expect(counter.comparisons >= 10_000)
    }

    @Test(arguments: [12, 1_000])
    func `Equal maps are compared with one comparison for each key, in whichever order they were built`(_ count: Int) {
        var random = SplitMix64(state: testSeed)
        let counter = CountingKey.Counter()
        // (Each at its own position: in a small map the displaced ones are looked for.)
        let keys = (0..<count).map { CountingKey(id: $0, counter: counter, hash: $0) }
        let map = HAMT(uniqueKeysWithValues: keys.map { ($0, $0.id) })
        var other = HAMT(uniqueKeysWithValues: keys.shuffled(using: &random).map { ($0, $0.id) })
        for key in keys.shuffled(using: &random).prefix(count / 2) {
            other[key] = nil
            other[key] = key.id
        }
        counter.comparisons = 0
        #expect(map == other)
        #expect(counter.comparisons == count)
        counter.comparisons = 0
        #expect(other.changes(from: map).isEmpty)
        #expect(counter.comparisons == count)
    }

    @Test func `Small maps with displaced keys are compared without their hashes, where positions agree`() {
        let counter = CountingKey.Counter()
        let keys = (0..<12).map { CountingKey(id: $0, counter: counter, hash: $0 & 3) }
        let maps = (0..<2).map { _ in HAMT(uniqueKeysWithValues: keys.map { ($0, $0.id) }) }
        (counter.comparisons, counter.hashes) = (0, 0)
        #expect(maps[0] == maps[1])
        #expect(counter.comparisons == keys.count)
        #expect(counter.hashes == 0)
    }

    @Test func `Changes skip what two versions share`() {
        let (map, counter) = counted(10_000)
        var edited = map
        edited[CountingKey(id: 5, counter: counter)] = -5
        edited[CountingKey(id: 6, counter: counter)] = nil
        edited[CountingKey(id: 20_000, counter: counter)] = 1
        counter.comparisons = 0
        let changes = edited.changes(from: map)
        #expect(counter.comparisons <= 300, "\(counter.comparisons) comparisons")
        #expect(changes.count == 3)
        #expect(Set(changes.map(\.key.id)) == [5, 6, 20_000])
    }

    @Test(arguments: Hashing.allCases)
    func `Changes between random maps agree with Dictionary`(_ hashing: Hashing) {
        var random = SplitMix64(state: testSeed)
        for round in 0..<200 {
            var old = HAMT<ChosenKey, Int>()
            for _ in 0..<random.below(60) { old[hashing.key(random.below(50))] = random.below(3) }
            var new = round % 2 == 0 ? old : HAMT<ChosenKey, Int>()
            for _ in 0..<random.below(40) {
                let key = hashing.key(random.below(50))
                new[key] = random.below(4) == 0 ? nil : random.below(3)
            }
            var replayed = old
            for change in new.changes(from: old) {
                switch change {
                case .added(let key, let value):
                    #expect(replayed.updateValue(value, forKey: key) == nil)
                case .removed(let key, let value):
                    #expect(replayed.removeValue(forKey: key) == value)
                case .changed(let key, let from, let to):
                    #expect(from != to)
                    #expect(replayed.updateValue(to, forKey: key) == from)
                }
            }
            #expect(replayed == new)
            #expect(Dictionary(uniqueKeysWithValues: Array(new)) == Dictionary(uniqueKeysWithValues: Array(replayed)))
            #expect((old == new) == new.changes(from: old).isEmpty)
        }
    }

    @Test func `Maps that differ in one key, one value or their count are not equal`() {
        let map: HAMT = ["a": 1, "b": 2, "c": 3]
        #expect(map == ["c": 3, "b": 2, "a": 1])
        #expect(map != ["a": 1, "b": 2])
        #expect(map != ["a": 1, "b": 2, "c": 4])
        #expect(map != ["a": 1, "b": 2, "d": 3])
        #expect(HAMT<String, Int>() == [:])
    }

    @Test func `Equal maps hash alike, and maps serve as keys`() {
        let left: HAMT = ["a": 1, "b": 2]
        let right: HAMT = ["b": 2, "a": 1]
        #expect(left.hashValue == right.hashValue)
        #expect(Set([left, right, ["a": 2]]).count == 2)
        let outer: HAMT = [left: "found"]
        #expect(outer[right] == "found")
    }
}
