// SPDX-License-Identifier: Apache-2.0
import PersistentCollections

/// Versions of a map, each with its model, and the operations on them.
struct Program {
    struct Version {
        var map = HAMT<Key, Value>()
        var model: [Key: Value] = [:]
    }

    private var versions = [Version(), Version(), Version(), Version()]
    private var number = 0

    /// Runs one operation on one of the versions; what the input doesn't say is 0.
    mutating func run(_ operation: UInt8, _ input: inout Input) {
        number += 1
        let index = Int(operation >> 6)
        let other = versions[Int(operation >> 4 & 3)]
        let key = Key(input.next() ?? 0, input.next() ?? 0)
        var version = versions[index]
        // Half of the edits are of the only copy.
        if number & 1 == 0 { versions[index] = Version() }
        edit(&version, operation & 15, key, other)
        versions[index] = version
        check(version)
    }

    private func edit(_ version: inout Version, _ operation: UInt8, _ key: Key, _ other: Version) {
        let value = [number]
        switch operation {
        case 0:
            expect(version.map.updateValue(value, forKey: key) == version.model.updateValue(value, forKey: key))
        case 1:
            version.map = version.map.inserting(value, forKey: key)
            version.model[key] = value
        case 2: expect(version.map.removeValue(forKey: key) == version.model.removeValue(forKey: key))
        case 3:
            version.map = version.map.removingValue(forKey: key)
            version.model[key] = nil
        case 4:
            version.map[key]?.append(number)
            version.model[key]?.append(number)
        case 5:
            version.map[key, default: []].append(number)
            version.model[key, default: []].append(number)
        case 6: expect(takeOut(&version.map[key]) == takeOut(&version.model[key]))
        case 7:
            for next in 0..<UInt8(20) {
                let neighbour = Key(next, UInt8(truncatingIfNeeded: key.id))
                version.map[neighbour] = value
                version.model[neighbour] = value
            }
        default: combine(&version, operation, key, other)
        }
    }

    private func combine(_ version: inout Version, _ operation: UInt8, _ key: Key, _ other: Version) {
        switch operation {
        case 8: replace(&version, key, other)
        case 9:
            version.map.merge(other.map)
            version.model.merge(other.model) { $1 }
        case 10:
            version.map.merge(other.map, uniquingKeysWith: +)
            version.model.merge(other.model, uniquingKeysWith: +)
        case 11:
            version.map = version.map.filter { $0.key.id & 1 == key.id & 1 }
            version.model = version.model.filter { $0.key.id & 1 == key.id & 1 }
        case 12:
            version.map = version.map.intersection(other.map.keys)
            version.model = version.model.filter { other.model[$0.key] != nil }
        case 13:
            version.map = version.map.subtracting(other.map.keys)
            version.model = version.model.filter { other.model[$0.key] == nil }
        case 14:
            if key.id & 1 == 0 {
                version.map = version.map.mapValues { $0.map { $0 &+ 1 } }
                version.model = version.model.mapValues { $0.map { $0 &+ 1 } }
            } else {
                version.map = version.map.compactMapValues { $0.count & 1 == 0 ? nil : $0 }
                version.model = version.model.compactMapValues { $0.count & 1 == 0 ? nil : $0 }
            }
        default: compare(version, other)
        }
    }

    /// A whole version by another one, by nothing, or by what is built of both.
    private func replace(_ version: inout Version, _ key: Key, _ other: Version) {
        switch key.id & 3 {
        case 0:
            version.map.removeAll(keepingCapacity: true)
            version.model.removeAll()
        case 1:
            var builder = HAMT<Key, Value>.Builder(version.map)
            for (key, value) in other.map { builder[key, default: []] += value }
            version.map = builder.build()
            version.model.merge(other.model, uniquingKeysWith: +)
        default: version = other
        }
    }

    /// Equality, hashes and differences of two versions, and the keys of both.
    private func compare(_ version: Version, _ other: Version) {
        let keys = Set(version.map.keys.union(other.map.keys))
        expect(keys == Set(version.model.keys).union(other.model.keys))
        expect((version.map == other.map) == (version.model == other.model))
        if version.map == other.map { expect(version.map.hashValue == other.map.hashValue) }
        var replayed = other.map
        for change in version.map.changes(from: other.map) {
            switch change {
            case .added(let key, let value): expect(replayed.updateValue(value, forKey: key) == nil)
            case .removed(let key, let value): expect(replayed.removeValue(forKey: key) == value)
            case .changed(let key, let from, let to): expect(replayed.updateValue(to, forKey: key) == from)
            }
        }
        expect(replayed == version.map)
    }

    private func takeOut(_ value: inout Value?) -> Value? { value.take() }

    private func check(_ version: Version) {
        let violations = version.map.invariantViolations()
        if !violations.isEmpty { fatalError("\(violations)\n\(version.map.dumpDescription)") }
        expect(version.map.count == version.model.count)
    }

    /// Checks all that the versions hold.
    func checkAll() {
        for version in versions {
            expect(version.map.allSatisfy { version.model[$0.key] == $0.value })
            expect(version.model.allSatisfy { version.map[$0.key] == $0.value })
            expect(version.map.keys.allSatisfy { version.model[$0] != nil })
            var count = 0
            version.map.forEachEntry { _, _ in count += 1 }
            expect(count == version.model.count)
        }
    }

    private func expect(_ isTrue: Bool, _ line: Int = #line) {
        if !isTrue { fatalError("line \(line): the map is not what its model is") }
    }
}
