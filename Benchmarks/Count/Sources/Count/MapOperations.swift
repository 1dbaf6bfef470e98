// SPDX-License-Identifier: Apache-2.0
import Counting
import PersistentCollections

/// The persistent map, with few entries as most contexts have, and with many.
enum MapOperations {
    static let all =
        operations(entries: 8) + operations(entries: 1000)
        + [buildInPlace, iteration, append, nilAndBack(entries: 8), nilAndBack(entries: 64)]

    private static let buildInPlace = Operation("map build in place, 1,000 entries") { meter in
        let keys = Key.range(0..<1000)
        try meter.count { iterations in
            for _ in 0..<iterations { keep(build(keys).count) }
        }
    }

    private static let iteration = Operation("map iteration, 1,000 entries") { meter in
        let map = build(Key.range(0..<1000))
        try meter.count { iterations in
            for _ in 0..<iterations {
                for (_, value) in map { keep(value) }
            }
        }
    }

    /// Allocates nothing: so the change through the subscript has no frame, and no array is copied.
    private static let append = Operation("map append through the optional subscript, 1,000 entries") { meter in
        let keys = Key.range(0..<1000)
        var map = HAMT<Key, [Int]>()
        for key in keys { map[key, default: []].reserveCapacity(64) }
        try meter.count { iterations in
            for iteration in 0..<iterations { map[keys[iteration % keys.count]]?.append(iteration) }
        }
        keep(map.count)
    }

    private static func nilAndBack(entries: Int) -> Operation {
        Operation("map nil and back, n = \(entries)") { meter in
            let keys = Key.range(0..<entries)
            var map = build(keys)
            try meter.count { iterations in
                for iteration in 0..<iterations {
                    let key = keys[iteration % keys.count]
                    map[key] = nil
                    map[key] = iteration
                }
            }
            keep(map.count)
        }
    }

    private static func operations(entries: Int) -> [Operation] {
        [
            overKeys("map lookup", entries: entries, keys: 0..<entries) { map, key in keep(map[key] ?? 0) },
            overKeys("map persistent replace", entries: entries, keys: 0..<entries) { map, key in
                keep(map.inserting(-1, forKey: key).count)
            },
            // 1,000 keys that aren't in the map.
            overKeys("map persistent insert", entries: entries, keys: entries..<(entries + 1000)) { map, key in
                keep(map.inserting(-1, forKey: key).count)
            },
        ]
    }

    /// An operation on a map for each of these keys in turn.
    private static func overKeys(
        _ name: String, entries: Int, keys: Range<Int>,
        _ body: @escaping @Sendable (_ map: HAMT<Key, Int>, _ key: Key) -> Void
    ) -> Operation {
        Operation("\(name), n = \(entries)") { meter in
            let all = Key.range(0..<(max(entries, keys.upperBound)))
            let map = build(Array(all.prefix(entries)))
            let keys = Array(all[keys])
            try meter.count { iterations in
                for iteration in 0..<iterations { body(map, keys[iteration % keys.count]) }
            }
        }
    }

    private static func build(_ keys: [Key]) -> HAMT<Key, Int> {
        var map = HAMT<Key, Int>()
        for (value, key) in keys.enumerated() { map.updateValue(value, forKey: key) }
        return map
    }
}

/// A key as the contexts have them: an object that is its identity, with its hash in it, numbered as it was made.
final class Key: Hashable, Sendable {
    private let number: Int

    private init(_ number: Int) {
        self.number = number
    }

    static func range(_ numbers: Range<Int>) -> [Key] { numbers.map(Key.init) }

    static func == (left: Key, right: Key) -> Bool { left === right }

    func hash(into hasher: inout Hasher) { hasher.combine(number) }

    var hashValue: Int { number }
}
