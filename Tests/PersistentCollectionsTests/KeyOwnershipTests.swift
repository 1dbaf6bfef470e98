// SPDX-License-Identifier: Apache-2.0
import PersistentCollections
import Synchronization
import TestSupport
import Testing

/// Keys that versions of a map own together die with the last version that has them.
@Suite struct KeyOwnershipTests {
    final class Tracker: Sendable {
        let alive = Atomic<Int>(0)
        var count: Int { alive.load(ordering: .relaxed) }
    }

    final class Key: Hashable, Sendable {
        let hashValue: Int
        let tracker: Tracker
        init(_ hash: Int, _ tracker: Tracker) {
            hashValue = hash
            self.tracker = tracker
            tracker.alive.wrappingAdd(1, ordering: .relaxed)
        }
        deinit { tracker.alive.wrappingSubtract(1, ordering: .relaxed) }
        func hash(into hasher: inout Hasher) { hasher.combine(hashValue) }
        static func == (left: Key, right: Key) -> Bool { left === right }
    }

    /// A map of new keys, which it alone keeps alive.
    func makeMap(_ hashes: some Sequence<Int>, _ tracker: Tracker) -> HAMT<Key, Int> {
        var random = SplitMix64(state: testSeed)
        return HAMT(uniqueKeysWithValues: hashes.shuffled(using: &random).map { (Key($0, tracker), $0) })
    }

    /// The key of a map that has a hash; the test must not keep it.
    func key(_ hash: Int, in map: HAMT<Key, Int>) throws -> Key {
        try #require(map.keys.first { $0.hashValue == hash })
    }

    @Test func `A copy keeps the keys alive that it shares with a map that is gone`() throws {
        let tracker = Tracker()
        var map: HAMT? = makeMap(0..<12, tracker)
        var copy: HAMT? = try map?.inserting(-1, forKey: key(3, in: map!))
        let other = map?.inserting(12, forKey: Key(12, tracker))
        map = nil
        #expect(tracker.count == 13 && copy?.count == 12 && other?.count == 13)
        copy = nil
        #expect(tracker.count == 13 && other?.keys.map(\.hashValue).sorted() == Array(0...12))
    }

    @Test func `A key inserted into a copy dies with the copy`() {
        let tracker = Tracker()
        // Of a small map, keys from 16 on find their positions taken. In a larger one, those whose hashes differ from
        // one of the map's in high bits only move that key into a node below, together with themselves.
        for (count, hashes) in [(8, Array(8..<200)), (24, (0..<24).map { $0 + 0x1000 } + Array(24..<200))] {
            let map = makeMap(0..<count, tracker)
            for hash in hashes {
                #expect(map.inserting(0, forKey: Key(hash, tracker)).invariantViolations() == [])
                #expect(tracker.count == count)
            }
        }
    }

    @Test(arguments: [0..<8, 0..<24, 0..<40, 100..<340])
    func `A key removed from all versions dies at once`(_ hashes: Range<Int>) throws {
        let tracker = Tracker()
        for inPlace in [true, false] {
            var map = makeMap(hashes, tracker)
            for hash in hashes {
                // Copies that are gone leave key owners behind, with keys that have moved down in the copy as well.
                _ = map.inserting(0, forKey: Key(hash, tracker))
                map = map.inserting(0, forKey: Key(hash + 0x1000, tracker))
                #expect(map.invariantViolations() == [])
                for removed in [hash, hash + 0x1000] {
                    let before = tracker.count
                    if inPlace {
                        try map.removeValue(forKey: key(removed, in: map))
                    } else {
                        map = try map.removingValue(forKey: key(removed, in: map))
                    }
                    #expect(tracker.count == before - 1)
                    #expect(map.invariantViolations() == [])
                }
            }
            #expect(map.isEmpty && tracker.count == 0)
        }
    }

    @Test func `Chains of copies keep only their own keys`() {
        let tracker = Tracker()
        var versions = [makeMap(0..<1, tracker)]
        for hash in 1..<100 { versions.append(versions[hash - 1].inserting(hash, forKey: Key(hash, tracker))) }
        for (number, version) in versions.enumerated() { #expect(version.count == number + 1) }
        while let last = versions.popLast() {
            #expect(last.keys.map(\.hashValue).sorted() == Array(0..<last.count))
            #expect(tracker.count == last.count)
        }
        #expect(tracker.count == 0)
    }

    @Test func `A map with keys that it owns with others changes in place`() throws {
        let tracker = Tracker()
        var map = makeMap(0..<10, tracker)
        _ = try map.inserting(-1, forKey: key(0, in: map))
        for hash in 10..<64 { map[Key(hash, tracker)] = hash }
        for hash in stride(from: 0, to: 64, by: 2) { try map.removeValue(forKey: key(hash, in: map)) }
        #expect(map.invariantViolations() == [] && tracker.count == 32)
        map.removeAll(keepingCapacity: true)
        #expect(tracker.count == 0)
    }

    @Test func `Strings are owned together as well`() {
        var map: HAMT<String, Int> = [:]
        for number in 0..<200 { map["a key that is too long to be stored inline \(number)"] = number }
        let copies = (0..<200).map { map.inserting(-1, forKey: "a key that is too long to be stored inline \($0)") }
        map = [:]
        for (number, copy) in copies.enumerated() {
            #expect(copy["a key that is too long to be stored inline \(number)"] == -1 && copy.count == 200)
            #expect(copy.values.reduce(0, +) == 199 * 100 - number - 1)
        }
    }

    @Test func `Many threads may copy one map at once`() async throws {
        let tracker = Tracker()
        for _ in 0..<50 {
            let map = makeMap(0..<40, tracker)
            let keys = Array(map.keys)
            await withTaskGroup(of: Bool.self) { group in
                for task in 0..<4 {
                    group.addTask {
                        var copies: [HAMT<Key, Int>] = []
                        for key in keys { copies.append(map.inserting(task, forKey: key)) }
                        copies.append(map.inserting(task, forKey: Key(40 + task, tracker)))
                        let fewer = keys.map { map.removingValue(forKey: $0) }
                        guard fewer.allSatisfy({ $0.count == 39 && $0.invariantViolations() == [] }) else {
                            return false
                        }
                        return copies.allSatisfy { $0.invariantViolations() == [] && $0.values.contains(task) }
                    }
                }
                for await isRight in group { #expect(isRight) }
            }
        }
        #expect(tracker.count == 0)
    }
}
