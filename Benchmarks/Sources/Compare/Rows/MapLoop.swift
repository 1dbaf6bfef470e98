// SPDX-License-Identifier: Apache-2.0
import Harness

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
    /// array, which looks for nothing, or for which a map is asked that isn't edited.
    private static let floors =
        sizes.flatMap { count in
            [
                row("lookup, concrete, Int keys", count, bar: nil, NumberLookup.self),
                row("iteration with a call, generic", count, bar: nil, GenericCalls<Key>.self),
                row("build in place, an array", count, bar: nil, ArrayBuild.self),
                row("append to an array's elements", count, bar: nil, ArrayAppend.self),
                row("compare a key, and append at a known place", count, bar: nil, KnownPlaceAppend.self),
                row("look a key up, and append to an array's element", count, bar: nil, LookupAppend.self),
                row("nil and back, an array's elements", count, bar: nil, ArrayNilAndBack.self),
                row("remove from an array of sixteen, and append", count, bar: nil, ArrayRemovalAndBack.self),
            ]
        } + [row("look a key up, and copy two blocks with what they refer to", 17, bar: nil, TwoBlocks.self)]

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
            let fixture = MapFixture<Benchmark.K>.several(count: count)
            return Sides(ours: { Benchmark.ours(fixture(), $0) }, peer: { Benchmark.peer(fixture(), $0) })
        }
    }
}
