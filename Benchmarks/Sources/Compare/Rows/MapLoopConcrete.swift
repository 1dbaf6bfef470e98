// SPDX-License-Identifier: Apache-2.0
import Harness
import HashTreeCollections
import PersistentCollections

// The operations of `MapLoop` in code for one type of key; of the others, `MapReplace`, `MapRemoval`, `MapBuild` and
// `MapIteration` are.

enum ConcreteLookup: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let (keys, map) = (fixture.lookupKeys, fixture.ours)
        meter.measure { for key in keys.around($0) { keep(map[key] ?? 0) } }
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let (keys, map) = (fixture.lookupKeys, fixture.peer)
        meter.measure { for key in keys.around($0) { keep(map[ObjectIdentifier(key)] ?? 0) } }
    }
}

enum ConcreteInsert: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let (keys, map) = (fixture.freshKeys, fixture.ours)
        meter.measure { for key in keys.around($0) { keep(map.inserting(-1, forKey: consume key).count) } }
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let (keys, map) = (fixture.freshKeys, fixture.peer)
        meter.measure {
            for key in keys.around($0) {
                var changed = map
                changed.updateValue(-1, forKey: ObjectIdentifier(key))
                keep(changed.count)
            }
        }
    }
}

enum ConcreteAppend: MapBenchmark {
    static func ours(_ fixture: MapFixture<String>, _ meter: Meter) {
        let keys = fixture.lookupKeys
        var map = HAMT(uniqueKeysWithValues: fixture.keys.map { ($0, MapLoop.list()) })
        meter.measure { for key in keys.around($0) { map[key]?.append(1) } }
        keep(map.count)
    }

    static func peer(_ fixture: MapFixture<String>, _ meter: Meter) {
        let keys = fixture.lookupKeys
        var map = TreeDictionary(uniqueKeysWithValues: fixture.keys.map { ($0, MapLoop.list()) })
        meter.measure { for key in keys.around($0) { map[key]?.append(1) } }
        keep(map.count)
    }
}

enum ConcreteDefault: MapBenchmark {
    static func ours(_ fixture: MapFixture<String>, _ meter: Meter) {
        let keys = fixture.lookupKeys
        var map = HAMT(uniqueKeysWithValues: fixture.keys.map { ($0, MapLoop.list()) })
        meter.measure { for key in keys.around($0) { map[key, default: []].append(1) } }
        keep(map.count)
    }

    static func peer(_ fixture: MapFixture<String>, _ meter: Meter) {
        let keys = fixture.lookupKeys
        var map = TreeDictionary(uniqueKeysWithValues: fixture.keys.map { ($0, MapLoop.list()) })
        meter.measure { for key in keys.around($0) { map[key, default: []].append(1) } }
        keep(map.count)
    }
}

enum ConcreteNilAndBack: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let keys = fixture.lookupKeys
        var map = fixture.ours
        meter.measure {
            for key in keys.around($0) {
                map[key] = nil
                map[key] = 1
            }
        }
        keep(map.count)
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let keys = fixture.lookupKeys
        var map = fixture.peer
        meter.measure {
            for key in keys.around($0) {
                map[ObjectIdentifier(key)] = nil
                map[ObjectIdentifier(key)] = 1
            }
        }
        keep(map.count)
    }
}
