// SPDX-License-Identifier: Apache-2.0
import Harness
import HashTreeCollections
import PersistentCollections

/// One loop over both maps, each operation in two kinds of code: generic over the key and inlined, as much of users' code
/// is, and for one type of key.
enum MapLoop {
    private static let sizes = [8, 17, 64, 1000]
    /// Where a batch needn't build the map.
    private static let moreSizes = sizes + [100_000]

    static let rows: [Row] =
        rows("lookup", moreSizes, bar: reads, MapLookup<Key>.self, ConcreteLookup.self)
        + rows("iteration", moreSizes, bar: reads, GenericIteration<Key>.self, MapIteration.self)
        + moreSizes.map { row("iteration of the values, generic", $0, bar: reads, GenericValues<Key>.self) }
        + sizes.map { row("forEachEntry with a call, generic", $0, bar: reads, GenericBorrowing<Key>.self) }
        + rows("persistent replace", moreSizes, bar: edits, GenericReplace<Key>.self, MapReplace.self)
        + rows("persistent insert", moreSizes, bar: edits, MapInsert<Key>.self, ConcreteInsert.self)
        + rows("persistent removal", moreSizes, bar: edits, GenericRemoval<Key>.self, MapRemoval.self)
        + rows("build in place", sizes, bar: edits, GenericBuild<Key>.self, MapBuild.self)
        + rows("map[key]?.append", sizes, bar: edits, GenericAppend<String>.self, ConcreteAppend.self)
        + rows("map[key, default: []].append", sizes, bar: edits, GenericDefault<String>.self, ConcreteDefault.self)
        + rows("nil and back, in place", sizes, bar: edits, GenericNilAndBack<Key>.self, ConcreteNilAndBack.self)
        + floors

    private static let reads = 0.5
    private static let edits = 0.35

    /// Keys that are numbers; an entry's tuple, whose retains are Swift's; and the least that edits take: the same with an
    /// array, which looks for nothing.
    private static let floors = sizes.flatMap { count in
        [
            row("lookup, concrete, Int keys", count, bar: nil, NumberLookup.self),
            row("iteration with a call, generic", count, bar: nil, GenericCalls<Key>.self),
            row("build in place, an array", count, bar: nil, ArrayBuild.self),
            row("append to an array's elements", count, bar: nil, ArrayAppend.self),
            row("compare a key, and append at a known place", count, bar: nil, KnownPlaceAppend.self),
            row("nil and back, an array's elements", count, bar: nil, ArrayNilAndBack.self),
        ]
    }

    @inline(__always)
    private static func rows<Generic: MapBenchmark, Concrete: MapBenchmark>(
        _ operation: String, _ sizes: [Int], bar: Double, _ generic: Generic.Type, _ concrete: Concrete.Type
    ) -> [Row] {
        sizes.flatMap { count in
            [
                row("\(operation), generic", count, bar: bar, generic),
                row("\(operation), concrete", count, bar: bar, concrete),
            ]
        }
    }

    /// A value to append to, with room for most of what a batch appends: its growth would be the same on both sides.
    static func list() -> [Int] {
        var list: [Int] = []
        list.reserveCapacity(64)
        return list
    }

    // Inlined, so that generic code is specialised for its key.
    @inline(__always)
    private static func row<Benchmark: MapBenchmark>(
        _ operation: String, _ count: Int, bar: Double?, _ benchmark: Benchmark.Type
    ) -> Row {
        Row("map loop: \(operation), n = \(grouped(count))", against: "TreeDictionary", bar: bar) {
            let fixture = MapFixture<Benchmark.K>(count: count)
            return Sides(ours: { Benchmark.ours(fixture, $0) }, peer: { Benchmark.peer(fixture, $0) })
        }
    }
}

/// The value of a key that is a number.
enum NumberLookup: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let numbers = fixture.lookupKeys.map(\.number)
        let map = HAMT(uniqueKeysWithValues: numbers.map { ($0, $0) })
        meter.measure { for key in numbers.around($0) { keep(map[key] ?? 0) } }
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) {
        let numbers = fixture.lookupKeys.map(\.number)
        let map = TreeDictionary(uniqueKeysWithValues: numbers.map { ($0, $0) })
        meter.measure { for key in numbers.around($0) { keep(map[key] ?? 0) } }
    }
}

/// Keys and values, one behind the other: a key counted and released, and blocks that are outgrown.
enum ArrayBuild: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        _ = meter.measure(per: fixture.keys.count) { iterations in
            (0..<iterations).map { _ in
                var array: [(Key, Int)] = []
                for (value, key) in fixture.keys.enumerated() { array.append((key, value)) }
                return array
            }
        }
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) { MapBuild.peer(fixture, meter) }
}

/// An element of an array of lists, which the length of a key says: two checks that nobody shares it.
enum ArrayAppend: MapBenchmark {
    static func ours(_ fixture: MapFixture<String>, _ meter: Meter) {
        let keys = fixture.lookupKeys
        var lists = keys.map { _ in MapLoop.list() }
        meter.measure { for key in keys.around($0) { lists[key.utf8.count % lists.count].append(1) } }
        keep(lists.count)
    }

    static func peer(_ fixture: MapFixture<String>, _ meter: Meter) { ConcreteDefault.peer(fixture, meter) }
}

/// An entry at a place that is known, so that no key is hashed and nothing is looked for.
enum KnownPlaceAppend: MapBenchmark {
    static func ours(_ fixture: MapFixture<String>, _ meter: Meter) {
        let keys = Array(zip(fixture.lookupKeys, 0...))
        var entries = fixture.lookupKeys.map { (key: $0.forLookup, list: MapLoop.list()) }
        meter.measure {
            for (key, place) in keys.around($0) where entries[place].key == key { entries[place].list.append(1) }
        }
        keep(entries.count)
    }

    static func peer(_ fixture: MapFixture<String>, _ meter: Meter) { ConcreteDefault.peer(fixture, meter) }
}

/// An element of an array: two checks that nobody shares it, and a key counted and released.
enum ArrayNilAndBack: MapBenchmark {
    static func ours(_ fixture: MapFixture<Key>, _ meter: Meter) {
        var array: [Key?] = fixture.keys
        meter.measure {
            for key in fixture.lookupKeys.around($0) {
                array[key.number] = nil
                array[key.number] = key
            }
        }
        keep(array.count)
    }

    static func peer(_ fixture: MapFixture<Key>, _ meter: Meter) { ConcreteNilAndBack.peer(fixture, meter) }
}
