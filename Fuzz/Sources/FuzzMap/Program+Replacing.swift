// SPDX-License-Identifier: Apache-2.0
import PersistentCollections

extension Program {
    /// A whole version by another one, by nothing, or by what is built of both.
    func replace(_ version: inout Version, _ key: Key, _ value: Value, _ other: Version) {
        switch key.id & 15 {
        case 0:
            version.map.removeAll(keepingCapacity: true)
            version.model.removeAll()
        case 1:
            version.map.removeAll()
            version.model.removeAll()
        case 2: build(&version, other)
        case 3:
            version.map = HAMT(uniqueKeysWithValues: other.map.map { ($0.key, $0.value) } + [(key, value)])
            version.model = other.model.merging([key: value]) { $1 }
        case 4:
            let pairs = (pairs(version.map) + pairs(other.map), pairs(version.model) + pairs(other.model))
            version.map = HAMT(pairs.0, uniquingKeysWith: +)
            version.model = Dictionary(pairs.1, uniquingKeysWith: +)
        case 5: version.map = HAMT(version.model)
        case 6:
            let keyForValue = { Key(UInt8($0 & 31), UInt8(truncatingIfNeeded: key.id >> 8)) }
            version.map = HAMT(grouping: 0..<50, by: keyForValue)
            version.model = Dictionary(grouping: 0..<50, by: keyForValue)
        case 7:
            version.map = [key: value, Key(id: key.id &+ 1): [], key: [1]]
            version.model = [key: [1], Key(id: key.id &+ 1): []]
        case 8: version = Version()
        default: version = other
        }
    }

    /// Adds another version with a builder, and takes every other key of that out again.
    private func build(_ version: inout Version, _ other: Version) {
        var builder = HAMT<Key, Value>.Builder(version.map)
        for (key, value) in other.map {
            switch key.id & 3 {
            case 0: builder[key, default: []] += value
            case 1: expect(builder.updateValue(value, forKey: key) == version.model[key])
            case 2: builder[key] = nil
            default: builder[key]?.append(1)
            }
        }
        for (key, value) in other.model {
            switch key.id & 3 {
            case 0: version.model[key, default: []] += value
            case 1: version.model[key] = value
            case 2: version.model[key] = nil
            default: version.model[key]?.append(1)
            }
            expect(builder[key] == version.model[key] && builder[key, default: [-1]] == version.model[key] ?? [-1])
        }
        expect(builder.count == version.model.count)
        version.map = builder.build()
    }

    private func pairs(_ entries: some Sequence<(key: Key, value: Value)>) -> [(Key, Value)] {
        entries.map { ($0.key, $0.value) }
    }

    /// Two versions to one.
    func combine(_ version: inout Version, _ operation: UInt8, _ key: Key, _ other: Version) {
        let isOdd = key.id & 1 != 0
        switch operation {
        case 9:
            if isOdd { version.map.merge(other.map) } else { version.map = version.map.merging(other.map) }
            version.model.merge(other.model) { $1 }
        case 10:
            switch key.id & 3 {
            case 0: version.map.merge(other.map, uniquingKeysWith: +)
            case 1: version.map = version.map.merging(other.map, uniquingKeysWith: +)
            case 2: version.map.merge(pairs(other.map), uniquingKeysWith: +)
            default: version.map = version.map.merging(pairs(other.map), uniquingKeysWith: +)
            }
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
        default:
            if isOdd {
                version.map = version.map.compactMapValues { $0.count & 1 == 0 ? nil : $0 }
                version.model = version.model.compactMapValues { $0.count & 1 == 0 ? nil : $0 }
            } else {
                version.map = version.map.mapValues { $0.map { $0 &+ 1 } }
                version.model = version.model.mapValues { $0.map { $0 &+ 1 } }
            }
        }
    }
}
