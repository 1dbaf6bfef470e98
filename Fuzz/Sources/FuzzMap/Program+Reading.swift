// SPDX-License-Identifier: Apache-2.0
import Foundation
import PersistentCollections

// What changes no map.

extension Program {
    /// One key, and all of them in each way to walk over them.
    func lookUp(_ version: Version, _ key: Key) {
        let (map, model) = (version.map, version.model)
        expect(map[key] == model[key] && map.value(forKey: key) == model[key])
        expect(map[key, default: [-1]] == model[key] ?? [-1])
        expect(map.contains(key) == (model[key] != nil) && map.keys.contains(key) == map.contains(key))
        let entries = Array(map)
        expect(Array(map.keys) == entries.map(\.key) && Array(map.values) == entries.map(\.value))
        for count in [map.underestimatedCount, map.keys.count, map.values.count, entries.count] {
            expect(count == model.count)
        }
        expect(map.keys.underestimatedCount == model.count && map.values.underestimatedCount == model.count)
        expect(map.keys.isEmpty == model.isEmpty && map.values.isEmpty == model.isEmpty)
        let mirror = map.customMirror
        expect(mirror.displayStyle == .dictionary && mirror.children.count == model.count)
        expect(map.values.description == Array(map.values).description)
        expect(map.description.first == "[" && map.keys.description.first == "[")
    }

    /// Equality, hashes and differences of two versions, and the keys of both.
    func compare(_ version: Version, _ other: Version) {
        let (map, before) = (version.map, other.map)
        let (mine, theirs) = (Set(version.model.keys), Set(other.model.keys))
        let counts = other.model.mapValues(\.count)
        expect(Set(map.keys.union(before.keys)) == mine.union(theirs))
        expect(Set(map.keys.intersection(before.keys)) == mine.intersection(theirs))
        expect(Set(map.keys.subtracting(before.keys)) == mine.subtracting(theirs))
        expect((map == before) == (version.model == other.model))
        expect(map.isEqual(to: before) { $0.count == $1.count } == (version.model.mapValues(\.count) == counts))
        if map == before { expect(map.hashValue == before.hashValue) }
        if map.isIdentical(to: before) { expect(map == before) }
        let changes = map.changes(from: before)
        expect(replaying(changes, on: before) == map)
        expect(Set(map.changes(from: before, by: ==)) == Set(changes))
        expect(Set(map.changes(from: before) { $1 == $2 }) == Set(changes))
        var (count, ofOdd) = (0, 0)
        map.forEachChange(from: before, by: ==) { _ in count += 1 }
        map.forEachChange(from: before, by: { key, _, _ in key.id & 1 == 0 }) { _ in ofOdd += 1 }
        expect(count == changes.count)
        let alwaysSeen = changes.count { change in
            if case .changed = change { change.key.id & 1 != 0 } else { true }
        }
        expect(ofOdd >= alwaysSeen)
        stop(map, before)
    }

    private func replaying(_ changes: [HAMT<Key, Value>.Change], on older: HAMT<Key, Value>) -> HAMT<Key, Value> {
        var map = older
        for change in changes {
            switch change {
            case .added(let key, let value): expect(map.updateValue(value, forKey: key) == nil)
            case .removed(let key, let value): expect(map.removeValue(forKey: key) == value)
            case .changed(let key, let from, let to): expect(map.updateValue(to, forKey: key) == from)
            }
        }
        return map
    }

    /// What a closure throws comes out, and changes nothing.
    private func stop(_ map: HAMT<Key, Value>, _ other: HAMT<Key, Value>) {
        struct Stop: Error {}
        func isStopped(_ body: () throws -> Void) -> Bool {
            do {
                try body()
                return false
            } catch {
                return true
            }
        }
        var merged = map
        let hasCommon = !map.isEmpty && !map.intersection(other.keys).isEmpty
        expect(isStopped { try merged.merge(other) { _, _ in throw Stop() } } == hasCommon)
        expect(!hasCommon || merged.isIdentical(to: map))
        expect(isStopped { _ = try map.filter { _ in throw Stop() } } == !map.isEmpty)
        expect(isStopped { _ = try map.mapValues { _ -> Int in throw Stop() } } == !map.isEmpty)
        let differ = map != other
        expect(isStopped { try map.forEachChange(from: other, by: ==) { _ in throw Stop() } } == differ)
    }

    /// A map is encoded as a dictionary is.
    func encode(_ version: Version) {
        do {
            let data = try JSONEncoder().encode(version.map)
            expect(try JSONDecoder().decode(HAMT<Key, Value>.self, from: data) == version.map)
            expect(try JSONDecoder().decode([Key: Value].self, from: data) == version.model)
        } catch {
            fatalError("a map that can't be encoded and decoded: \(error)")
        }
    }
}
