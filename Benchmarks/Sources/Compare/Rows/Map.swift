// SPDX-License-Identifier: Apache-2.0
import Foundation
import Harness

/// The persistent map against `TreeDictionary`.
enum Map {
    private static let sizes = [1, 8, 64, 1000, 100_000, 1_000_000]
    private static let someSizes = [8, 1000, 100_000]

    static let rows: [Row] =
        sizes.map { row("map lookup", $0, bar: 0.5, MapLookup<Key>.self) }
        + sizes.map { row("map persistent replace", $0, bar: 0.35, MapReplace.self) }
        + sizes.map { row("map persistent insert", $0, bar: 0.35, MapInsert<Key>.self) }
        + [1000, 100_000, 1_000_000].map { row("map build in place", $0, bar: 0.6, MapBuild.self) }
        + someSizes.map { row("map lookup", $0, bar: 0.9, MapLookup<String>.self) }
        + someSizes.map { row("map persistent insert", $0, bar: 0.6, MapInsert<String>.self) }
        + someSizes.map { row("map iteration", $0, bar: 0.8, MapIteration.self) }
        + someSizes.map { row("map equality", $0, bar: 0.8, MapEquality.self) }
        + someSizes.map { row("map persistent removal", $0, bar: 0.8, MapRemoval.self) }
        + [1000, 100_000].map { row("map removal of all in place", $0, bar: 0.8, MapRemovalInPlace.self) }
        + floors + MapLoop.rows

    /// What no map is without, and rows wait for.
    ///
    /// Of the largest maps 64 keys, whose nodes stay in the caches: the rest of the row above was waiting for memory. And
    /// the hash of a string without a map.
    private static let floors =
        [100_000, 1_000_000].map { row("map persistent replace", $0, lookedUp: 64, bar: nil, MapReplace.self) }
        + [row("map lookup", 100_000, lookedUp: 64, bar: nil, MapLookup<String>.self)]
        + someSizes.map { row("the standard library's hash, not a map lookup", $0, bar: nil, MapHash<String>.self) }

    // Inlined, so that each benchmark is specialised for its key, as both libraries are in a program.
    @inline(__always)
    private static func row<Benchmark: MapBenchmark>(
        _ operation: String, _ count: Int, lookedUp: Int? = nil, bar: Double?, _ benchmark: Benchmark.Type
    ) -> Row {
        typealias K = Benchmark.K
        let kind = K.self == Key.self ? "identity keys" : "\(K.self) keys"
        let only = lookedUp.map { ", the same \($0)" } ?? ""
        return Row(
            "\(operation), \(kind), n = \(grouped(count))\(only)", against: "TreeDictionary<\(K.PeerKey.self), Int>",
            bar: bar
        ) {
            let fixture = MapFixture<K>.several(count: count, lookedUp: lookedUp)
            return Sides(ours: { Benchmark.ours(fixture(), $0) }, peer: { Benchmark.peer(fixture(), $0) })
        }
    }
}

/// One operation on maps, on both sides.
protocol MapBenchmark: SendableMetatype {
    associatedtype K: MapKey
    static func ours(_ fixture: MapFixture<K>, _ meter: Meter)
    static func peer(_ fixture: MapFixture<K>, _ meter: Meter)
}
