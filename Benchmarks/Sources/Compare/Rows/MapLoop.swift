// SPDX-License-Identifier: Apache-2.0
import Harness
import HashTreeCollections
import PersistentCollections

// One loop over both maps, in two kinds of code: generic over the key and inlined, as much of users' code is, and for one
// type of key. Values that go into a map are words.

/// What the loop does with a map.
enum MapLoop {
    static let sizes = [8, 17, 64, 1000]

    static let rows: [Row] = sizes.flatMap { count in
        [
            row("lookup, generic", count, bar: 0.5, lookupGeneric(Key.self, count)),
            row("lookup, concrete", count, bar: 0.5, lookupConcrete(count)),
            // The standard library's hashing is most of it on both sides.
            row("lookup, concrete, Int keys", count, bar: nil, lookupNumber(count)),
            row("iteration, generic", count, bar: 0.5, iterateGeneric(Key.self, count)),
            row("map[key]?.append", count, bar: 0.35, append(count)),
            row("nil and back, in place", count, bar: 0.35, nilAndBack(MapFixture(count: count))),
            // The least that it takes: an array's two checks that nobody shares it, and a key counted and released.
            row("nil and back, an array's elements", count, bar: nil, nilAndBackInArray(count)),
        ]
    }

    private static func row(
        _ operation: String, _ count: Int, bar: Double?, _ sides: @escaping @autoclosure @Sendable () -> Sides
    ) -> Row {
        Row("map loop: \(operation), n = \(grouped(count))", against: "TreeDictionary", bar: bar) { sides() }
    }

    @inline(__always)
    private static func lookupGeneric<K: MapKey>(_: K.Type, _ count: Int) -> Sides {
        let fixture = MapFixture<K>(count: count)
        return Sides(
            ours: { meter in
                let map = fixture.ours
                meter.measure { for key in fixture.lookupKeys.around($0) { keep(map[key] ?? 0) } }
            },
            peer: { meter in
                let map = fixture.peer
                meter.measure { for key in fixture.lookupKeys.around($0) { keep(map[key.peerKey] ?? 0) } }
            })
    }

    private static func lookupConcrete(_ count: Int) -> Sides {
        let fixture = MapFixture<Key>(count: count)
        let (keys, ours, peer) = (fixture.lookupKeys, fixture.ours, fixture.peer)
        return Sides(
            ours: { meter in meter.measure { for key in keys.around($0) { keep(ours[key] ?? 0) } } },
            peer: { meter in meter.measure { for key in keys.around($0) { keep(peer[ObjectIdentifier(key)] ?? 0) } } })
    }

    private static func lookupNumber(_ count: Int) -> Sides {
        let numbers = Array(0..<count)
        let (keys, ours, peer) = (
            numbers.shuffled(), HAMT(uniqueKeysWithValues: numbers.map { ($0, $0) }),
            TreeDictionary(uniqueKeysWithValues: numbers.map { ($0, $0) })
        )
        return Sides(
            ours: { meter in meter.measure { for key in keys.around($0) { keep(ours[key] ?? 0) } } },
            peer: { meter in meter.measure { for key in keys.around($0) { keep(peer[key] ?? 0) } } })
    }

    @inline(__always)
    private static func iterateGeneric<K: MapKey>(_: K.Type, _ count: Int) -> Sides {
        let fixture = MapFixture<K>(count: count)
        return Sides(
            ours: { meter in
                let map = fixture.ours
                meter.measure(per: count) { for _ in 0..<$0 { for value in map.values { keep(value) } } }
            },
            peer: { meter in
                let map = fixture.peer
                meter.measure(per: count) { for _ in 0..<$0 { for value in map.values { keep(value) } } }
            })
    }

    private static func append(_ count: Int) -> Sides {
        let names = (0..<count).map { "key \($0)" }
        return Sides(
            ours: { meter in
                var map = HAMT(uniqueKeysWithValues: names.map { ($0, [0]) })
                meter.measure { for name in names.around($0) { map[name]?[0] += 1 } }
                keep(map.count)
            },
            peer: { meter in
                var map = TreeDictionary(uniqueKeysWithValues: names.map { ($0, [0]) })
                meter.measure { for name in names.around($0) { map[name]?[0] += 1 } }
                keep(map.count)
            })
    }

    private static func nilAndBackInArray(_ count: Int) -> Sides {
        let fixture = MapFixture<Key>(count: count)
        let keys = fixture.lookupKeys
        return Sides(
            ours: { meter in
                var array: [Key?] = fixture.keys
                meter.measure {
                    for key in keys.around($0) {
                        array[key.number] = nil
                        array[key.number] = key
                    }
                }
                keep(array.count)
            },
            peer: nilAndBack(fixture).peer)
    }

    private static func nilAndBack(_ fixture: MapFixture<Key>) -> Sides {
        let keys = fixture.lookupKeys
        return Sides(
            ours: { meter in
                var map = fixture.ours
                meter.measure {
                    for key in keys.around($0) {
                        map[key] = nil
                        map[key] = 1
                    }
                }
                keep(map.count)
            },
            peer: { meter in
                var map = fixture.peer
                meter.measure {
                    for key in keys.around($0) {
                        map[ObjectIdentifier(key)] = nil
                        map[ObjectIdentifier(key)] = 1
                    }
                }
                keep(map.count)
            })
    }
}
