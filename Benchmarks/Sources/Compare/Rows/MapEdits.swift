// SPDX-License-Identifier: Apache-2.0
import Harness
import HashTreeCollections
import PersistentCollections

// Edits that keep the old version release the new one within the measurement: a context that is changed for a request
// is released with it. Ours takes the new key `consuming`, so the loop gives it up; the peer's method borrows it.

/// A new value for a key that is there.
enum MapReplace: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let map = fixture.ours
        meter.measure { iterations in
            for key in fixture.lookupKeys.around(iterations) { keep(map.inserting(-1, forKey: consume key).count) }
        }
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let map = fixture.peer
        meter.measure { iterations in
            for key in fixture.lookupKeys.around(iterations) {
                var changed = map
                changed.updateValue(-1, forKey: key.peerKey)
                keep(changed.count)
            }
        }
    }
}

/// One more entry.
enum MapInsert<K: MapKey>: MapBenchmark {
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.ours
        meter.measure { iterations in
            for key in fixture.freshKeys.around(iterations) { keep(map.inserting(-1, forKey: consume key).count) }
        }
    }

    static func peer(_ fixture: MapFixture<K>, _ meter: Meter) {
        let map = fixture.peer
        meter.measure { iterations in
            for key in fixture.freshKeys.around(iterations) {
                var changed = map
                changed.updateValue(-1, forKey: key.peerKey)
                keep(changed.count)
            }
        }
    }
}

/// One entry less.
enum MapRemoval: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let map = fixture.ours
        meter.measure { iterations in
            for key in fixture.lookupKeys.around(iterations) { keep(map.removingValue(forKey: key).count) }
        }
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let map = fixture.peer
        meter.measure { iterations in
            for key in fixture.lookupKeys.around(iterations) {
                var changed = map
                changed.removeValue(forKey: key.peerKey)
                keep(changed.count)
            }
        }
    }
}

/// All entries, one after the other, from a map that shares nothing.
///
/// Time for one entry.
enum MapRemovalInPlace: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        var maps = (0..<meter.iterations).map { _ in MapBuilding.ours(fixture.keys) }
        meter.measure(per: fixture.keys.count) { iterations in
            for index in 0..<iterations {
                for key in fixture.lookupKeys { maps[index].removeValue(forKey: key) }
            }
        }
        keep(maps.count)
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) {
        var maps = (0..<meter.iterations).map { _ in MapBuilding.peer(fixture.keys) }
        meter.measure(per: fixture.keys.count) { iterations in
            for index in 0..<iterations {
                for key in fixture.lookupKeys { maps[index].removeValue(forKey: key.peerKey) }
            }
        }
        keep(maps.count)
    }
}

/// From nothing to all entries, in place.
///
/// Time for one entry; the release of the map isn't in it.
enum MapBuild: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        _ = meter.measure(per: fixture.keys.count) { iterations in
            (0..<iterations).map { _ in MapBuilding.ours(fixture.keys) }
        }
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) {
        _ = meter.measure(per: fixture.keys.count) { iterations in
            (0..<iterations).map { _ in MapBuilding.peer(fixture.keys) }
        }
    }
}
