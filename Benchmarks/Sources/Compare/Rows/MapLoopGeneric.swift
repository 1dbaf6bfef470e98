// SPDX-License-Identifier: Apache-2.0
import Harness
import HashTreeCollections
import PersistentCollections

// The operations of `MapLoop` in code that is generic over the key and inlined; lookup and insertion are `MapLookup` and
// `MapInsert`.

enum GenericIteration<K: MapKey>: MapBenchmark {
    @inline(__always)
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.ours
        meter.measure(per: map.count) { iterations in
            var sum = 0
            for _ in 0..<iterations { for (_, value) in map { sum &+= value } }
            keep(sum)
        }
    }

    @inline(__always)
    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.peer
        meter.measure(per: map.count) { iterations in
            var sum = 0
            for _ in 0..<iterations { for (_, value) in map { sum &+= value } }
            keep(sum)
        }
    }
}

/// With a call for each entry, before which a loop of generic code retains a key that it doesn't use.
enum GenericCalls<K: MapKey>: MapBenchmark {
    @inline(__always)
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.ours
        meter.measure(per: map.count) { for _ in 0..<$0 { for (_, value) in map { keep(value) } } }
    }

    @inline(__always)
    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.peer
        meter.measure(per: map.count) { for _ in 0..<$0 { for (_, value) in map { keep(value) } } }
    }
}

/// The same where the entries are only borrowed.
enum GenericBorrowing<K: MapKey>: MapBenchmark {
    @inline(__always)
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.ours
        meter.measure(per: map.count) { for _ in 0..<$0 { map.forEachEntry { keep(copy $1) } } }
    }

    @inline(__always)
    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) { GenericCalls<K>.peer(fixture, meter) }
}

enum GenericValues<K: MapKey>: MapBenchmark {
    @inline(__always)
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.ours
        meter.measure(per: map.count) { for _ in 0..<$0 { for value in map.values { keep(value) } } }
    }

    @inline(__always)
    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.peer
        meter.measure(per: map.count) { for _ in 0..<$0 { for value in map.values { keep(value) } } }
    }
}

enum GenericReplace<K: MapKey>: MapBenchmark {
    @inline(__always)
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.ours
        meter.measure { for key in fixture.lookupKeys.around($0) { keep(map.inserting(-1, forKey: key).count) } }
    }

    @inline(__always)
    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.peer
        meter.measure {
            for key in fixture.lookupKeys.around($0) {
                var changed = map
                changed.updateValue(-1, forKey: key.peerKey)
                keep(changed.count)
            }
        }
    }
}

enum GenericRemoval<K: MapKey>: MapBenchmark {
    @inline(__always)
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.ours
        meter.measure { for key in fixture.lookupKeys.around($0) { keep(map.removingValue(forKey: key).count) } }
    }

    @inline(__always)
    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.peer
        meter.measure {
            for key in fixture.lookupKeys.around($0) {
                var changed = map
                changed.removeValue(forKey: key.peerKey)
                keep(changed.count)
            }
        }
    }
}

enum GenericBuild<K: MapKey>: MapBenchmark {
    @inline(__always)
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        _ = meter.measure(per: fixture.keys.count) { (0..<$0).map { _ in MapBuilding.ours(fixture.keys) } }
    }

    @inline(__always)
    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) {
        _ = meter.measure(per: fixture.keys.count) { (0..<$0).map { _ in MapBuilding.peer(fixture.keys) } }
    }
}

enum GenericAppend<K: MapKey>: MapBenchmark {
    @inline(__always)
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        var map = HAMT(uniqueKeysWithValues: fixture.keys.map { ($0, MapLoop.list()) })
        meter.measure { for key in fixture.lookupKeys.around($0) { map[key]?.append(1) } }
        keep(map.count)
    }

    @inline(__always)
    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) {
        var map = TreeDictionary(uniqueKeysWithValues: fixture.keys.map { ($0.peerKey, MapLoop.list()) })
        meter.measure { for key in fixture.lookupKeys.around($0) { map[key.peerKey]?.append(1) } }
        keep(map.count)
    }
}

enum GenericDefault<K: MapKey>: MapBenchmark {
    @inline(__always)
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        var map = HAMT(uniqueKeysWithValues: fixture.keys.map { ($0, MapLoop.list()) })
        meter.measure { for key in fixture.lookupKeys.around($0) { map[key, default: []].append(1) } }
        keep(map.count)
    }

    @inline(__always)
    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) {
        var map = TreeDictionary(uniqueKeysWithValues: fixture.keys.map { ($0.peerKey, MapLoop.list()) })
        meter.measure { for key in fixture.lookupKeys.around($0) { map[key.peerKey, default: []].append(1) } }
        keep(map.count)
    }
}

enum GenericNilAndBack<K: MapKey>: MapBenchmark {
    @inline(__always)
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        var map = fixture.ours
        meter.measure {
            for key in fixture.lookupKeys.around($0) {
                map[key] = nil
                map[key] = 1
            }
        }
        keep(map.count)
    }

    @inline(__always)
    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) {
        var map = fixture.peer
        meter.measure {
            for key in fixture.lookupKeys.around($0) {
                map[key.peerKey] = nil
                map[key.peerKey] = 1
            }
        }
        keep(map.count)
    }
}
