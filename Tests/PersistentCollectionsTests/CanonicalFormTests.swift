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

    @Test func `keys that differ in the last bits only part in one node, however many bits they have in common`() {
        let (first, second) = (Hashing.lastLevelOnly.key(0), Hashing.lastLevelOnly.key(1))
        var map: HAMT = [first: 1, second: 2]
        #expect(map.nodeAddresses.count == 2)
        #expect(map[first] == 1 && map[second] == 2)
        map[first] = nil
        #expect(map.nodeAddresses.count == 1)
        #expect(map.dumpDescription == "HAMT of 1 entry\nnode\n  15: k1: 2")
    }

    @Test func `keys in sequence fill the nodes at the bottom`() {
        let map = HAMT(uniqueKeysWithValues: (0..<1024).map { (ChosenKey($0, hash: $0), $0) })
        // A root with eight children, below it nodes with eight each, below those nodes with sixteen entries each.
        #expect(map.nodeAddresses.count == 1 + 8 + 64)
    }

    @Test(arguments: [0, 5, 12, 1000])
    func `up to sixteen neighbouring keys are one node, whatever they begin with`(_ first: Int) {
        let map = HAMT(uniqueKeysWithValues: (first..<(first + 16)).map { (ChosenKey($0, hash: $0), $0) })
        #expect(map.nodeAddresses.count == 1)
    }

    @Test(arguments: Hashing.allCases)
    func `the seventeenth entry gives a map another shape, and its removal the old one`(_ hashing: Hashing) {
        let small = HAMT(uniqueKeysWithValues: (0..<16).map { (hashing.key($0), $0) })
        let last = hashing.key(16)
        var inPlace = small
        inPlace[last] = 16
        let persistent = small.inserting(16, forKey: last)
        #expect(persistent.invariantViolations() == [] && inPlace.invariantViolations() == [])
        #expect(persistent == inPlace && persistent.dumpDescription == inPlace.dumpDescription)
        #expect(persistent.changes(from: small) == [.added(last, 16)])
        #expect(small.changes(from: persistent) == [.removed(last, 16)])
        inPlace[last] = nil
        #expect(inPlace.invariantViolations() == [] && inPlace == small)
        #expect(persistent.removingValue(forKey: last).dumpDescription == small.dumpDescription)
    }

    @Test func `keys whose hashes differ in the highest bits only are told apart`() {
        let keys = (0..<8).map { ChosenKey($0, hash: $0 << 61) }
        let map = HAMT(uniqueKeysWithValues: keys.map { ($0, $0.id) })
        #expect(map.invariantViolations() == [] && keys.allSatisfy { map[$0] == $0.id })
        #expect(map[ChosenKey(8, hash: 7 << 61)] == nil && map.removingValue(forKey: keys[3])[keys[3]] == nil)
    }

    @Test func `a key with bits of its own above a subtree gets a node there, which goes with it`() {
        let below = (0..<3).map { ChosenKey($0, hash: 0x100 + $0 << 4) }
        let above = ChosenKey(9, hash: 0x3100)
        let map = HAMT(uniqueKeysWithValues: below.map { ($0, $0.id) })
        let forked = map.inserting(9, forKey: above)
        #expect(map.nodeAddresses.count == 2 && forked.nodeAddresses.count == 3)
        #expect(forked.nodeAddresses[2] == map.nodeAddresses[1])
        #expect(forked[above] == 9 && below.allSatisfy { forked[$0] == $0.id })
        #expect(forked.changes(from: map) == [.added(above, 9)])
        #expect(map.changes(from: forked) == [.removed(above, 9)])
        #expect(map[ChosenKey(10, hash: 0x3110)] == nil && map[ChosenKey(10, hash: 0x110)] == nil)
        let joined = forked.removingValue(forKey: above)
        #expect(joined.dumpDescription == map.dumpDescription)
        #expect(joined.nodeAddresses[1] == map.nodeAddresses[1])
    }

    @Test(arguments: [0, -1, 0x0808_0808_0808_0808, 0x5555_5555_5555_5555, ~0x5555_5555_5555_5555])
    func `keys that aren't there are not found in a node of keys with one hash, whatever that is`(hash: Int) {
        var map = HAMT(uniqueKeysWithValues: (0..<40).map { (ChosenKey($0, hash: $0 << 40), $0) })
        for id in 50..<53 { map[ChosenKey(id, hash: hash)] = id }
        #expect(map.invariantViolations().isEmpty)
        #expect((50..<53).allSatisfy { map[ChosenKey($0, hash: hash)] == $0 })
        for bit in 0..<Int.bitWidth { #expect(map[ChosenKey(99, hash: hash ^ 1 << bit)] == nil) }
        #expect(map[ChosenKey(99, hash: hash)] == nil)
    }

    @Test func `keys with one hash share a node, as near to the root as their hash allows`() {
        let colliding = (0..<5).map { ChosenKey($0, hash: 0x21) }
        var map = HAMT(uniqueKeysWithValues: colliding.map { ($0, $0.id) })
        #expect(map.nodeAddresses.count == 2)
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
        #expect(map.nodeAddresses.count == 2)
        for key in colliding.dropFirst() { map[key] = nil }
        #expect(map.dumpDescription == "HAMT of 1 entry\nnode\n  1: k0: 0")
    }
}
