// SPDX-License-Identifier: Apache-2.0
import PersistentCollections
import Testing

@Suite struct ValueSemanticsTests {
    private func map(_ count: Int) -> HAMT<Int, String> {
        HAMT(uniqueKeysWithValues: (0..<count).map { ($0, "\($0)") })
    }

    @Test func `An old version stays as it was after edits of a new one`() {
        let first = map(1_000)
        var second = first
        for key in 0..<500 { second[key] = nil }
        for key in 1_000..<1_500 { second[key] = "new" }
        second[700] = "changed"
        #expect(first.count == 1_000)
        #expect((0..<1_000).allSatisfy { first[$0] == "\($0)" })
        #expect(second.count == 1_000)
        #expect(second[700] == "changed" && second[3] == nil && second[1_200] == "new")
        #expect(first.invariantViolations().isEmpty && second.invariantViolations().isEmpty)
    }

    @Test func `A persistent edit leaves its map alone and shares all but one path`() {
        let base = map(5_000)
        let edited = base.inserting("x", forKey: 77)
        let removed = base.removingValue(forKey: 77)
        #expect(base[77] == "77" && edited[77] == "x" && removed[77] == nil)
        #expect(base.count == 5_000 && edited.count == 5_000 && removed.count == 4_999)
        let nodes = Set(base.nodeAddresses)
        #expect(edited.nodeAddresses.filter { !nodes.contains($0) }.count <= 6)
        #expect(removed.nodeAddresses.filter { !nodes.contains($0) }.count <= 6)
    }

    @Test func `Removing a key that is not there gives the same storage`() {
        let base = map(100)
        #expect(base.removingValue(forKey: -1).isIdentical(to: base))
        var copy = base
        #expect(copy.removeValue(forKey: -1) == nil)
        #expect(copy.isIdentical(to: base))
    }

    @Test func `An unshared map is edited in place`() {
        var map = map(1_000)
        let before = map.nodeAddresses
        for key in 0..<1_000 { map[key] = "again" }
        map[5, default: ""] += "!"
        #expect(map.nodeAddresses == before)
        #expect(map[5] == "again!")
    }

    @Test func `A shared map is copied at the first edit and edited in place from then on`() {
        var map = map(10)
        let copy = map
        map[3] = "new"
        #expect(map.nodeAddresses.first != copy.nodeAddresses.first)
        let own = map.nodeAddresses
        map[3] = "newer"
        #expect(map.nodeAddresses == own)
        #expect(copy[3] == "3")
    }

    @Test func `Only the shared part of a path is copied`() {
        var map = map(20_000)
        let before = Set(map.nodeAddresses)
        let copy = map
        map[1] = "a"
        let fresh = Set(map.nodeAddresses).subtracting(before)
        map[1] = "b"
        #expect(Set(map.nodeAddresses).subtracting(before) == fresh)
        #expect(copy[1] == "1")
    }

    @Test func `A map that goes between none and few entries keeps its allocation`() {
        var map: HAMT<Int, Int> = [:]
        #expect(map.nodeAddresses.isEmpty)
        map[1] = 1
        let root = map.nodeAddresses
        for round in 0..<100 {
            map[1] = nil
            #expect(map.isEmpty && map == [:] && Array(map).isEmpty && map.description == "[:]")
            for key in 0..<4 where key != 1 || round % 2 == 0 { map[key] = round }
            #expect(map.nodeAddresses.first == root.first || map.nodeAddresses.count > 1)
            for key in 0..<4 { map[key] = nil }
            #expect(map.invariantViolations().isEmpty)
        }
    }

    @Test func `removeAll keeps the root of a small map only where it is asked to and nobody shares it`() {
        var map = map(100)
        map.removeAll(keepingCapacity: true)
        #expect(map.isEmpty && map.nodeAddresses.isEmpty)
        for key in 0..<10 { map[key] = "\(key)" }
        let root = map.nodeAddresses[0]
        map.removeAll(keepingCapacity: true)
        #expect(map.isEmpty && map.nodeAddresses == [root])
        map[1] = "1"
        let copy = map
        map.removeAll(keepingCapacity: true)
        #expect(map.isEmpty && map.nodeAddresses.isEmpty && copy.count == 1)
        var other = copy
        other.removeAll()
        #expect(other.isEmpty && copy[1] == "1")
    }

    @Test func `A value changes in place through both subscripts`() {
        final class Probe {}
        struct Box {
            var probe = Probe()
            mutating func isUnique() -> Bool { isKnownUniquelyReferenced(&probe) }
        }
        var map: HAMT<String, Box> = ["a": Box(), "b": Box()]
        let unique = [
            map["a", default: Box()].isUnique(), map["a"]?.isUnique(), map["c", default: Box()].isUnique(),
        ]
        #expect(unique == [true, true, true])
        let copy = map
        let uniqueInCopy = map["b", default: Box()].isUnique()
        #expect(!uniqueInCopy && copy.count == 3)
    }

    // At 17 entries, where a small map becomes a trie, the entry was taken out and put back across the border.
    @Test(arguments: [1, 2, 15, 16, 17, 18, 33, 300])
    func `A change through a subscript moves no node, whatever the size`(_ count: Int) {
        func entries(_ count: Int) -> HAMT<Int, [Int]> {
            HAMT(uniqueKeysWithValues: (0..<count).map { ($0, [$0]) })
        }
        var map = entries(count)
        let nodes = map.nodeAddresses
        var others: [HAMT<Int, [Int]>] = []
        // The memory of nodes that a removal had given back would be in use now, and those that come back elsewhere.
        func change(_ values: inout [Int]?) {
            others += [entries(count), entries(count - 1)]
            values?.append(-1)
        }
        for key in [0, count / 2, count - 1] { change(&map[key]) }
        #expect(map.nodeAddresses == nodes)
        #expect(map[0]?.last == -1 && map.count == count && map.invariantViolations().isEmpty)
        for key in 0..<count { map[key, default: []].append(-2) }
        #expect(map.nodeAddresses == nodes && map.allSatisfy { $0.value.first == $0.key && $0.value.last == -2 })
    }

    // Between 8 and 17 entries maps change their form.
    @Test(arguments: [8, 15, 16, 17, 18, 64])
    func `A key that goes and comes back moves no node, unless it was one of two in its node`(_ count: Int) {
        for hashing in [Hashing.sequential, .good] {
            func entries() -> HAMT<ChosenKey, Int> {
                HAMT(uniqueKeysWithValues: (0..<count).map { (hashing.key($0), $0) })
            }
            var map = entries()
            // Once, so that nodes have the room that this takes.
            for id in 0..<count {
                map[hashing.key(id)] = nil
                map[hashing.key(id)] = id
            }
            var moved = 0
            var others: [HAMT<ChosenKey, Int>] = []
            for id in 0..<count {
                let nodes = map.nodeAddresses
                map[hashing.key(id)] = nil
                // What that gave back is in use now, and a node that comes back is elsewhere.
                others += [entries(), map.filter { _ in false }.inserting(0, forKey: hashing.key(0))]
                let isWhole = map.nodeAddresses == nodes
                map[hashing.key(id)] = id
                // That node comes anew, and the one above it may have to make room.
                let new = Set(map.nodeAddresses).subtracting(nodes)
                #expect(new.count <= (isWhole ? 0 : 2), "key \(id), \(hashing)")
                if !isWhole { moved += 1 }
            }
            #expect(map.invariantViolations() == [] && map.count == count)
            // In sequence, the keys from 16 on are alone or two at 17 and 18 entries, and all nodes full else.
            if hashing == .sequential { #expect(moved == (count == 17 ? 1 : count == 18 ? 2 : 0)) }
        }
    }

    @Test func `A mutation that throws through a subscript keeps the entry`() {
        struct Failure: Error {}
        func fail(_ value: inout Int) throws {
            value += 1
            throw Failure()
        }
        func failOptional(_ value: inout Int?) throws {
            value = value.map { $0 + 1 }
            throw Failure()
        }
        var map: HAMT<String, Int> = ["a": 1]
        #expect(throws: Failure.self) { try fail(&map["a", default: 0]) }
        #expect(throws: Failure.self) { try failOptional(&map["a"]) }
        #expect(map == ["a": 3])
        #expect(map.invariantViolations().isEmpty)
    }

    @Test func `Setting nil through an optional binding removes`() {
        var map: HAMT<String, Int> = ["a": 1, "b": 2]
        func clear(_ value: inout Int?) { value = nil }
        clear(&map["a"])
        clear(&map["missing"])
        #expect(map == ["b": 2])
    }

    @Test(arguments: [2, 8, 16, 17, 40, 300], [0, 1, 8, 0x1000, -1])
    func `An entry goes though the hash of its key changes while it is emptied`(count: Int, change: Int) {
        // (A third of them with one hash.)
        for index in 0..<count {
            let keys = (0..<count).map { ChosenObject($0, hash: $0 % 3 == 0 ? 7 : $0 &* 0x9E37_79B9) }
            var map = HAMT(uniqueKeysWithValues: keys.map { ($0, [$0.id]) })
            func clear(_ value: inout [Int]?) {
                keys[index].hashValue ^= change
                value = nil
            }
            clear(&map[keys[index]])
            #expect(map.count == count - 1)
            #expect(map.invariantViolations().isEmpty)
            #expect(keys.enumerated().allSatisfy { $0 == index || map[$1] == [$1.id] })
        }
    }

    @Test func `Versions can be edited by many tasks at once`() async {
        let base = HAMT<Int, Int>(uniqueKeysWithValues: (0..<300).map { ($0, $0) })
        let sums = await withTaskGroup(of: Int.self) { group in
            for task in 0..<32 {
                group.addTask {
                    var own = base
                    for round in 0..<200 {
                        own[(task * 7 + round) % 300] = task
                        own[1_000 + round] = round
                        if round % 3 == 0 { own[round] = nil }
                    }
                    return own.values.reduce(0, +) - task
                }
            }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(sums.count == 32)
        #expect(base.count == 300 && base.allSatisfy { $0.key == $0.value })
        #expect(base.invariantViolations().isEmpty)
    }
}
