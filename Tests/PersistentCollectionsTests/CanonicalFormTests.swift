// SPDX-License-Identifier: Apache-2.0
import PersistentCollections
import TestSupport
import Testing

@Suite struct CanonicalFormTests {
    @Test(arguments: Hashing.allCases)
    func `Inserting and removing in random orders ends in the shape of never having inserted`(_ hashing: Hashing) {
        var random = SplitMix64(state: testSeed)
        for _ in 0..<60 {
            let ids = Array(0..<60).shuffled(using: &random)
            let kept = Array(ids.prefix(random.below(40)))
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
            #expect(shape(of: inPlace) == shape(of: expected))
            #expect(shape(of: persistent) == shape(of: expected))
            #expect(inPlace == expected && persistent == expected && inPlace.changes(from: persistent).isEmpty)
        }
    }

    /// What doesn't depend on how a map came to be: not the order of a node's entries, nor, of a map that may have either
    /// form, which it has, nor where the entries of a small map lie.
    private func shape(of map: HAMT<ChosenKey, Int>) -> [String] {
        map.count <= 16 ? map.map { "\($0.key.id): \($0.value)" }.sorted() : [map.dumpDescription]
    }

    @Test(arguments: Hashing.allCases)
    func `The order of insertion does not matter`(_ hashing: Hashing) {
        var random = SplitMix64(state: testSeed)
        for count in [3, 12, 16, 17, 100] {
            let entries = (0..<count).map { (hashing.key($0), $0) }
            let sorted = HAMT(uniqueKeysWithValues: entries)
            var shuffled = HAMT(uniqueKeysWithValues: entries.shuffled(using: &random))
            for (key, value) in entries.shuffled(using: &random) {
                shuffled[key] = nil
                shuffled[key] = value
            }
            #expect(sorted == shuffled)
            #expect(sorted.hashValue == shuffled.hashValue)
            #expect(sorted.changes(from: shuffled).isEmpty)
        }
    }

    /// Enough keys for a map that isn't small, with one node for the first sixteen of them and one for the rest.
    private static let others = (0..<20).map { ChosenKey(100 + $0, hash: $0) }

    @Test func `Keys that differ in the last bits only part in one node, however many bits they have in common`() {
        let (first, second) = (ChosenKey(0, hash: 0x7ABC_DEF0_1234_5670), ChosenKey(1, hash: 0x7ABC_DEF0_1234_567F))
        var map = HAMT(uniqueKeysWithValues: Self.others.map { ($0, $0.id) })
        map[first] = 1
        let (before, nodes) = (map, map.nodeAddresses.count)
        map[second] = 2
        #expect(map.nodeAddresses.count == nodes + 1)
        #expect(map[first] == 1 && map[second] == 2)
        map[second] = nil
        #expect(map.dumpDescription == before.dumpDescription)
    }

    @Test func `Keys in sequence fill the nodes at the bottom`() {
        let map = HAMT(uniqueKeysWithValues: (0..<1024).map { (ChosenKey($0, hash: $0), $0) })
        // A root with eight children, below it nodes with eight each, below those nodes with sixteen entries each.
        #expect(map.nodeAddresses.count == 1 + 8 + 64)
    }

    @Test func `A node at the bottom that is full keeps its keys, whatever comes and goes in it and above it`() {
        let hashes = Array(0..<64) + (0..<16).map { 1 << 40 + $0 }
        var map = HAMT(uniqueKeysWithValues: hashes.map { (ChosenKey($0, hash: $0), $0) })
        // For such a node beside others and for its parent's only one: a key that makes it full; one whose hash is that
        // of a key in it; one whose hash parts above it, which puts a node between it and its parent.
        let edits = [
            ChosenKey(20, hash: 20), ChosenKey(1000, hash: 20), ChosenKey(1001, hash: 20 + 1 << 30),
            ChosenKey(1 << 40, hash: 1 << 40), ChosenKey(1002, hash: 1 << 40), ChosenKey(1003, hash: 1 << 40 + 1 << 20),
        ]
        var random = SplitMix64(state: testSeed)
        // What an older version shares is edited by copying, whoever else has the nodes above it.
        var older = map
        for _ in 0..<3000 {
            let edit = edits[random.below(edits.count)]
            if random.below(4) == 0 { older = map }
            let others = edits.filter { $0 != edit }.map { ($0, map[$0]) }
            map[edit] = map[edit] == nil ? edit.id : nil
            #expect(map.invariantViolations() == [] && older.invariantViolations() == [])
            for hash in hashes where !edits.contains(ChosenKey(hash, hash: hash)) {
                #expect(map[ChosenKey(hash, hash: hash)] == hash)
            }
            for (other, value) in others { #expect(map[other] == value) }
        }
    }

    @Test(arguments: [0, 5, 12, 1000])
    func `Up to sixteen neighbouring keys are one node, each at its own position, whatever they begin with`(
        _ first: Int
    ) {
        let map = HAMT(uniqueKeysWithValues: (first..<(first + 16)).map { (ChosenKey($0, hash: $0), $0) })
        #expect(map.nodeAddresses.count == 1)
        let lines = (0..<16).map { position in
            let id = first + (position - first) & 15
            return "  \(position): k\(id): \(id)"
        }
        #expect(map.dumpDescription == (["HAMT of 16 entries", "node"] + lines).joined(separator: "\n"))
    }

    @Test(arguments: Hashing.allCases)
    func `Up to sixteen keys are one node, whatever their hashes`(_ hashing: Hashing) {
        let keys = (0..<16).map(hashing.key)
        var map = HAMT(uniqueKeysWithValues: keys.map { ($0, $0.id) })
        #expect(map.nodeAddresses.count == 1 && map.invariantViolations() == [])
        #expect(keys.allSatisfy { map[$0] == $0.id } && map[hashing.key(17)] == nil)
        // Also those are found that lie elsewhere because of an entry that has gone.
        for id in stride(from: 0, to: 16, by: 2) { map[keys[id]] = nil }
        #expect(keys.allSatisfy { map[$0] == ($0.id.isMultiple(of: 2) ? nil : $0.id) })
        for key in keys { map[key] = -key.id }
        #expect(map.count == 16 && keys.allSatisfy { map[$0] == -$0.id } && map.invariantViolations() == [])
    }

    @Test(arguments: [48, 0, 1 << 20, 1 << 59, 35], [false, true])
    func `Sixteen keys in sequence stay one node when one more comes, which moves only if it is shared`(
        _ next: Int, isShared: Bool
    ) {
        var random = SplitMix64(state: testSeed)
        let keys = (32..<48).map { ChosenKey($0, hash: $0) }.shuffled(using: &random)
        let last = ChosenKey(1000, hash: next)
        var map = HAMT(uniqueKeysWithValues: keys.map { ($0, $0.id) })
        map[keys[3]] = nil
        map[keys[3]] = keys[3].id
        let node = map.nodeAddresses[0]
        let older = isShared ? map : nil
        map[last] = 1000
        #expect(map.invariantViolations() == [] && (keys + [last]).allSatisfy { map[$0] == $0.id })
        #expect(map.nodeAddresses.contains(node) != isShared)
        #expect(older.map { $0.count == 16 && $0.invariantViolations() == [] && $0[last] == nil } ?? true)
        // With another key between, they are put into a trie one by one.
        let other = HAMT(uniqueKeysWithValues: ([last] + keys).map { ($0, $0.id) })
        #expect(map == other && map.nodeAddresses.count == other.nodeAddresses.count)
    }

    @Test(arguments: Hashing.allCases)
    func `The seventeenth entry gives a map another shape, and the removal of half of them the old one`(
        _ hashing: Hashing
    ) {
        let small = HAMT(uniqueKeysWithValues: (0..<16).map { (hashing.key($0), $0) })
        let last = hashing.key(16)
        var inPlace = small
        inPlace[last] = 16
        let persistent = small.inserting(16, forKey: last)
        #expect(persistent.invariantViolations() == [] && inPlace.invariantViolations() == [])
        #expect(persistent == inPlace && shape(of: persistent) == shape(of: inPlace))
        #expect(persistent.changes(from: small) == [.added(last, 16)])
        #expect(small.changes(from: persistent) == [.removed(last, 16)])
        inPlace[last] = nil
        #expect(inPlace.invariantViolations() == [] && inPlace == small)
        let shrunk = persistent.removingValue(forKey: last)
        #expect(shrunk == small && small == shrunk && shrunk.hashValue == small.hashValue)
        #expect(shrunk.changes(from: small).isEmpty && small.changes(from: shrunk).isEmpty)
        let few = (0..<8).reduce(shrunk) { $0.removingValue(forKey: hashing.key($1)) }
        #expect(few.invariantViolations() == [] && few.nodeAddresses.count == 1)
    }

    @Test func `Keys whose hashes differ in the highest bits only are told apart`() {
        let keys = (0..<8).map { ChosenKey($0, hash: $0 << 61) }
        let map = HAMT(uniqueKeysWithValues: keys.map { ($0, $0.id) })
        #expect(map.invariantViolations() == [] && keys.allSatisfy { map[$0] == $0.id })
        #expect(map[ChosenKey(8, hash: 7 << 61)] == nil && map.removingValue(forKey: keys[3])[keys[3]] == nil)
    }

    @Test func `A key with bits of its own above a subtree gets a node there, which goes with it`() {
        let below = (0..<20).map { ChosenKey($0, hash: 0x1000 + $0) }
        let above = ChosenKey(90, hash: 0x3_1000)
        let map = HAMT(uniqueKeysWithValues: below.map { ($0, $0.id) })
        let forked = map.inserting(9, forKey: above)
        #expect(forked.nodeAddresses.count == map.nodeAddresses.count + 1)
        #expect(forked.nodeAddresses.dropFirst() == map.nodeAddresses[...])
        #expect(forked[above] == 9 && below.allSatisfy { forked[$0] == $0.id })
        #expect(forked.changes(from: map) == [.added(above, 9)])
        #expect(map.changes(from: forked) == [.removed(above, 9)])
        #expect(map[ChosenKey(91, hash: 0x3_1001)] == nil && map[ChosenKey(92, hash: 0x1100)] == nil)
        let joined = forked.removingValue(forKey: above)
        #expect(joined.dumpDescription == map.dumpDescription)
        #expect(joined.nodeAddresses == map.nodeAddresses)
    }

    @Test(arguments: [0, -1, 0x0808_0808_0808_0808, 0x5555_5555_5555_5555, ~0x5555_5555_5555_5555])
    func `Keys that aren't there are not found in a node of keys with one hash, whatever that is`(hash: Int) {
        var map = HAMT(uniqueKeysWithValues: (0..<40).map { (ChosenKey($0, hash: $0 << 40), $0) })
        for id in 50..<53 { map[ChosenKey(id, hash: hash)] = id }
        #expect(map.invariantViolations().isEmpty)
        #expect((50..<53).allSatisfy { map[ChosenKey($0, hash: hash)] == $0 })
        for bit in 0..<Int.bitWidth { #expect(map[ChosenKey(99, hash: hash ^ 1 << bit)] == nil) }
        #expect(map[ChosenKey(99, hash: hash)] == nil)
    }

    @Test(arguments: [254, 255, 256, 300])
    func `A node has room for any number of keys with one hash`(count: Int) {
        let keys = (0..<count).map { ChosenKey($0, hash: 5) }
        var map = HAMT(uniqueKeysWithValues: keys.map { ($0, $0.id) })
        #expect(map.invariantViolations() == [] && keys.allSatisfy { map[$0] == $0.id })
        for key in [keys[0], keys[count / 2], keys[count - 1]] {
            let smaller = map.removingValue(forKey: key)
            #expect(smaller.invariantViolations() == [] && smaller[key] == nil && smaller.count == map.count - 1)
            #expect(smaller.inserting(key.id, forKey: key) == map)
            map[key] = nil
            #expect(map == smaller)
        }
        #expect(map.invariantViolations() == [] && keys.count { map[$0] == $0.id } == count - 3)
    }

    @Test func `In a larger map keys with one hash share a node, as near to the root as their hash allows`() {
        let colliding = (0..<5).map { ChosenKey($0, hash: 0x21) }
        var map = HAMT(uniqueKeysWithValues: Self.others.map { ($0, $0.id) })
        map[colliding[0]] = 0
        let (single, nodes) = (map, map.nodeAddresses.count)
        for key in colliding { map[key] = key.id }
        #expect(map.nodeAddresses.count == nodes + 1)
        map[ChosenKey(9, hash: 0x22)] = 9
        #expect(map.nodeAddresses.count == nodes + 2)
        let end = """
              2: node
                1: collision of hash 21
                  k0: 0
                  k1: 1
                  k2: 2
                  k3: 3
                  k4: 4
                2: k9: 9
            """
        #expect(map.dumpDescription.hasSuffix(end), "\(map.dumpDescription)")
        #expect(colliding.allSatisfy { map[$0] == $0.id })
        #expect(map[ChosenKey(10, hash: 0x21)] == nil)
        map[ChosenKey(9, hash: 0x22)] = nil
        #expect(map.nodeAddresses.count == nodes + 1)
        for key in colliding.dropFirst() { map[key] = nil }
        #expect(map.dumpDescription == single.dumpDescription)
    }
}
