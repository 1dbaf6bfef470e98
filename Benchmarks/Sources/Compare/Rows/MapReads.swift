// SPDX-License-Identifier: Apache-2.0
import Harness
import HashTreeCollections
import PersistentCollections

/// The value of a key that is there.
enum MapLookup<K: MapKey>: MapBenchmark {
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.ours
        meter.measure { iterations in
            for key in fixture.lookupKeys.around(iterations) { keep(map[key] ?? 0) }
        }
    }

    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.peer
        meter.measure { iterations in
            for key in fixture.lookupKeys.around(iterations) { keep(map[key.peerKey] ?? 0) }
        }
    }
}

/// The standard library's hash of a key, with which the peer's lookup begins, against that lookup.
enum MapHash<K: MapKey>: MapBenchmark {
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        meter.measure { iterations in
            for key in fixture.lookupKeys.around(iterations) { keep(key.hashValue) }
        }
    }

    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) { MapLookup<K>.peer(fixture, meter) }
}

/// All entries.
///
/// Time for one of them.
enum MapIteration: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let map = fixture.ours
        meter.measure(per: map.count) { iterations in
            for _ in 0..<iterations {
                for (_, value) in map { keep(value) }
            }
        }
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let map = fixture.peer
        meter.measure(per: map.count) { iterations in
            for _ in 0..<iterations {
                for (_, value) in map { keep(value) }
            }
        }
    }
}

/// Whether two maps that were built apart have the same entries.
///
/// Time for one of them.
enum MapEquality: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let (left, right) = (fixture.ours, MapBuilding.ours(fixture.keys))
        meter.measure(per: left.count) { iterations in
            for _ in 0..<iterations { keep(left == right ? 1 : 0) }
        }
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let (left, right) = (fixture.peer, MapBuilding.peer(fixture.keys))
        meter.measure(per: left.count) { iterations in
            for _ in 0..<iterations { keep(left == right ? 1 : 0) }
        }
    }
}
