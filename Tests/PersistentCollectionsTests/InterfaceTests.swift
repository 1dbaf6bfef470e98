// SPDX-License-Identifier: Apache-2.0
import PersistentCollections
import Testing

@Suite struct InterfaceTests {
    @Test func `Duplicate keys never stop the process: the last value counts`() {
        let literal: HAMT = ["a": 1, "b": 2, "a": 3]
        #expect(literal == ["a": 3, "b": 2] && literal.count == 2)
        #expect(HAMT(uniqueKeysWithValues: [("a", 1), ("a", 2)]) == ["a": 2])
    }

    @Test func `Duplicate keys are combined in order`() {
        let map = HAMT([("a", "1"), ("b", "2"), ("a", "3")], uniquingKeysWith: +)
        #expect(map == ["a": "13", "b": "2"])
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try HAMT([(1, 1), (1, 2)]) { _, _ in throw Failure() }
        }
    }

    @Test func `A dictionary and groups become maps`() {
        #expect(HAMT(["a": 1, "b": 2]) == ["a": 1, "b": 2])
        #expect(HAMT(grouping: 1...6) { $0 % 3 } == [0: [3, 6], 1: [1, 4], 2: [2, 5]])
    }

    @Test func `Iteration gives each entry once, for flat and deep maps`() {
        for count in [0, 1, 5, 16, 17, 300, 5_000] {
            let map = HAMT(uniqueKeysWithValues: (0..<count).map { ($0, -$0) })
            var seen = Set<Int>()
            for (key, value) in map {
                #expect(value == -key)
                seen.insert(key)
            }
            #expect(seen.count == count)
            #expect(Array(map.keys) == map.map(\.key) && Array(map.values) == map.map(\.value))
            #expect(map.keys.count == count && map.values.count == count && map.underestimatedCount == count)
            #expect(map.keys.isEmpty == (count == 0) && map.values.isEmpty == (count == 0))
        }
    }

    @Test func `An iterator is a value and stays at its end`() {
        let map = HAMT(uniqueKeysWithValues: (0..<100).map { ($0, $0) })
        var first = map.makeIterator()
        for _ in 0..<30 { _ = first.next() }
        var second = first
        #expect(Array(IteratorSequence(first)).map(\.key) == Array(IteratorSequence(second)).map(\.key))
        while second.next() != nil {}
        #expect(second.next() == nil && second.next() == nil)
    }

    @Test func `Keys know what they contain`() {
        let map: HAMT = ["a": 1]
        #expect(map.keys.contains("a") && !map.keys.contains("b") && map.contains("a") && !map.contains("b"))
        #expect(map.value(forKey: "a") == 1 && map["b", default: 7] == 7)
    }

    @Test func `mapValues keeps the keys and the shape`() {
        let map = HAMT(uniqueKeysWithValues: (0..<1_000).map { ($0, $0) })
        let mapped = map.mapValues { "\($0)" }
        #expect(mapped.count == 1_000 && (0..<1_000).allSatisfy { mapped[$0] == "\($0)" })
        #expect(mapped.invariantViolations().isEmpty && mapped.nodeAddresses.count == map.nodeAddresses.count)
        #expect(HAMT<Int, Int>().mapValues { $0 }.isEmpty)
        let even: HAMT<Int, String> = map.compactMapValues { $0.isMultiple(of: 2) ? String($0) : nil as String? }
        #expect(even.count == 500 && even[4] == "4" && even[5] == nil)
    }

    @Test func `filter shares what it keeps whole`() {
        let map = HAMT(uniqueKeysWithValues: (0..<1_000).map { ($0, $0) })
        #expect(map.filter { _ in true }.isIdentical(to: map))
        #expect(map.filter { _ in false }.isEmpty)
        let even = map.filter { $0.key % 2 == 0 }
        #expect(even == HAMT(uniqueKeysWithValues: (0..<500).map { ($0 * 2, $0 * 2) }))
        #expect(even.invariantViolations().isEmpty)
        let nodes = Set(map.nodeAddresses)
        #expect(map.filter { $0.key != 3 }.nodeAddresses.filter { !nodes.contains($0) }.count <= 5)
    }

    @Test func `merging combines the values of common keys`() {
        let left: HAMT = ["a": 1, "b": 2]
        let right: HAMT = ["b": 10, "c": 20]
        #expect(left.merging(right, uniquingKeysWith: +) == ["a": 1, "b": 12, "c": 20])
        #expect(left.merging([("a", 5), ("a", 6)], uniquingKeysWith: +) == ["a": 12, "b": 2])
        #expect(HAMT().merging(left, uniquingKeysWith: +).isIdentical(to: left))
        var merged = left
        merged.merge(right) { _, new in new }
        #expect(merged == ["a": 1, "b": 10, "c": 20] && left == ["a": 1, "b": 2])
    }

    @Test func `Descriptions read like a dictionary's`() {
        #expect("\(HAMT<String, Int>())" == "[:]")
        let map: HAMT = ["a": 1]
        #expect("\(map)" == "[a: 1]" && String(reflecting: map) == #"["a": 1]"#)
        #expect("\(map.keys)" == #"["a"]"# && "\(map.values)" == "[1]")
        let mirror = Mirror(reflecting: map)
        #expect(mirror.displayStyle == .dictionary && mirror.children.count == 1)
    }

    @Test func `A map with optional values tells a nil value from no value`() {
        var map: HAMT<String, Int?> = ["a": nil]
        #expect(map.count == 1 && map.contains("a") && !map.contains("b"))
        #expect(map.updateValue(nil, forKey: "b") == nil)
        #expect(map.count == 2)
        #expect(map.updateValue(1, forKey: "b") == .some(.none))
        #expect(map.count == 2)
    }

    @Test func `A key with a stored hash is found by identity`() {
        let keys = (0..<200).map(IdentityKey.init)
        let twin = IdentityKey(7)
        var map = HAMT(uniqueKeysWithValues: keys.map { ($0, $0.hashValue) })
        #expect(map[twin] == nil && map[keys[7]] == 7)
        map[twin] = -7
        #expect(map[twin] == -7 && map[keys[7]] == 7 && map.count == 201)
        #expect(map.valuePointer(forKey: twin)?.pointee == -7)
        map[twin] = nil
        #expect(map.invariantViolations().isEmpty && map[keys[7]] == 7)
    }

    @Test func `An equal key is replaced in value only`() {
        struct Named: Hashable {
            let id: Int
            let label: String
            static func == (left: Named, right: Named) -> Bool { left.id == right.id }
            func hash(into hasher: inout Hasher) { hasher.combine(id) }
        }
        var map: HAMT = [Named(id: 1, label: "first"): 1]
        map[Named(id: 1, label: "second")] = 2
        map[Named(id: 1, label: "third")]? += 1
        #expect(map.keys.map(\.label) == ["first"] && map.values.map { $0 } == [3])
    }

    @Test(arguments: 1...20)
    func `Of objects that are equal, the one that is there is kept`(_ count: Int) throws {
        final class Named: Hashable {
            let id: Int
            init(_ id: Int) { self.id = id }
            static func == (left: Named, right: Named) -> Bool { left.id == right.id }
            func hash(into hasher: inout Hasher) { hasher.combine(id) }
        }
        let keys = (0..<count).map(Named.init)
        let map = HAMT(uniqueKeysWithValues: keys.map { ($0, $0.id) })
        for key in keys {
            var inPlace = map
            inPlace[Named(key.id)] = -1
            for changed in [map.inserting(-1, forKey: Named(key.id)), map.inserting(-1, forKey: key), inPlace] {
                #expect(changed.count == count && changed[key] == -1)
                #expect(changed.keys.first { $0.id == key.id } === key)
            }
        }
    }
}
