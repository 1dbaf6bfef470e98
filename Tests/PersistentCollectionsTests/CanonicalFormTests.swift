import PersistentCollections
import Testing

@Suite struct `Canonical form` {
    @Test(arguments: Hashing.allCases)
    func `inserting and removing in random orders ends in the shape of never having inserted`(_ hashing: Hashing) {
        var random = SeededGenerator(state: testSeed)
        for _ in 0..<60 {
            let ids = Array(0..<40).shuffled(using: &random)
            let kept = Array(ids.prefix(random.below(20)))
            // Entries of one collision node keep the order of their insertion, so both maps insert in one order.
            var expected = HAMT<ChosenKey, Int>()
            for id in kept.sorted() { expected[hashing.key(id)] = id }
            var inPlace = HAMT<ChosenKey, Int>()
            for id in ids.sorted() { inPlace[hashing.key(id)] = id }
            var persistent = inPlace
            for id in ids.shuffled(using: &random) where !kept.contains(id) {
                inPlace[hashing.key(id)] = nil
                persistent = persistent.removingValue(forKey: hashing.key(id))
                #expect(inPlace.invariantViolations() == [])
                #expect(persistent.invariantViolations() == [])
            }
            #expect(inPlace.dumpDescription == expected.dumpDescription)
            #expect(persistent.dumpDescription == expected.dumpDescription)
        }
    }

    @Test(arguments: Hashing.allCases)
    func `the order of insertion does not matter`(_ hashing: Hashing) {
        var random = SeededGenerator(state: testSeed)
        let sorted = HAMT(uniqueKeysWithValues: (0..<100).map { (hashing.key($0), $0) })
        for _ in 0..<10 {
            let shuffled = HAMT(uniqueKeysWithValues: (0..<100).shuffled(using: &random).map { (hashing.key($0), $0) })
            #expect(sorted == shuffled)
            #expect(sorted.hashValue == shuffled.hashValue)
            #expect(sorted.changes(from: shuffled).isEmpty)
        }
    }

    @Test func `keys that differ in the last bits only make a chain, and one of them alone does not`() {
        let (first, second) = (Hashing.lastLevelOnly.key(0), Hashing.lastLevelOnly.key(1))
        var map: HAMT = [first: 1, second: 2]
        #expect(map.nodeAddresses.count == UInt.bitWidth / 4)
        #expect(map[first] == 1 && map[second] == 2)
        map[first] = nil
        #expect(map.nodeAddresses.count == 1)
        #expect(map.dumpDescription == "HAMT of 1 entry\nnode\n  15: k1: 2")
    }

    @Test func `keys with one hash share a node, as near to the root as their hash allows`() {
        let colliding = (0..<5).map { ChosenKey($0, hash: 0x21) }
        var map = HAMT(uniqueKeysWithValues: colliding.map { ($0, $0.id) })
        #expect(map.nodeAddresses.count == 1)
        map[ChosenKey(9, hash: 0x31)] = 9
        #expect(map.nodeAddresses.count == 3)
        #expect(
            map.dumpDescription == """
                HAMT of 6 entries
                node
                  1: node
                    2: collision of hash 21
                      k0: 0
                      k1: 1
                      k2: 2
                      k3: 3
                      k4: 4
                    3: k9: 9
                """)
        #expect(colliding.allSatisfy { map[$0] == $0.id })
        #expect(map[ChosenKey(10, hash: 0x21)] == nil)
        map[ChosenKey(9, hash: 0x31)] = nil
        #expect(map.nodeAddresses.count == 1)
        for key in colliding.dropFirst() { map[key] = nil }
        #expect(map.dumpDescription == "HAMT of 1 entry\nnode\n  1: k0: 0")
    }
}
