// SPDX-License-Identifier: Apache-2.0
// The rows for the map of one revision: `Benchmarks/map-turns` compiles this file once for each, with the names of the
// import and of the type replaced.

import PersistentCollections

enum Side {
    /// The rows for one kind of keys and values: their titles, and a batch that returns nanoseconds an operation.
    static func rows(_ kind: String, _ count: Int) -> [Row] {
        switch kind {
        case "class": edits(count, Key.init, { $0 })
        case "object": edits(count, Object.init, { $0 })
        case "enum": edits(count, Name.numbered, { $0 })
        case "int": edits(count, { $0 }, { $0 })
        case "string": edits(count, { "request.attribute.\($0)" }, { $0 })
        case "uuid": edits(count, uuid, { $0 })
        case "string-two": edits(count, { "request.attribute.\($0)" }, { ($0, $0) })
        case "class-class": edits(count, Key.init, Key.init)
        case "class-string": edits(count, Key.init, { "a value that is longer than it is wide \($0)" })
        case "class-64": edits(count, Key.init, { SIMD8<Int>(repeating: $0) })
        case "append": appends(count)
        default: []
        }
    }

    @inline(__always)
    private static func edits<K: Hashable, V>(
        _ count: Int, _ key: (Int) -> K, _ value: @escaping (Int) -> V
    ) -> [Row] {
        let keys = (0..<count).map(key)
        let (next, fresh) = (Cycle(keys.shuffled()), Cycle((count..<count + 4096).map(key)))
        let map = HAMT(uniqueKeysWithValues: keys.enumerated().map { ($1, value($0)) })
        let twin = HAMT(uniqueKeysWithValues: keys.enumerated().reversed().map { ($1, value($0)) })
        var own = HAMT(uniqueKeysWithValues: keys.enumerated().map { ($1, value($0)) })
        let new = value(-1)
        return [
            Row("lookup", 20_000) { for _ in 0..<$0 { sink(map[next()] == nil) } },
            Row("replace", 4_000) { for _ in 0..<$0 { sink(map.inserting(new, forKey: next()).count) } },
            Row("insert", 4_000) { for _ in 0..<$0 { sink(map.inserting(new, forKey: fresh()).count) } },
            Row("remove", 4_000) { for _ in 0..<$0 { sink(map.removingValue(forKey: next()).count) } },
            Row("build", 20_000, per: count) {
                for _ in 0..<$0 {
                    var built = HAMT<K, V>()
                    for key in keys { built.updateValue(new, forKey: key) }
                    sink(built.count)
                }
            },
            Row("iterate", 20_000, per: count) {
                for _ in 0..<$0 {
                    var sum = 0
                    for _ in map { sum &+= 1 }
                    sink(sum)
                }
            },
            Row("equal", 20_000, per: count) { for _ in 0..<$0 { sink(map.isEqual(to: twin) { _, _ in true }) } },
            Row("changes", 20_000, per: count) {
                for _ in 0..<$0 { sink(map.changes(from: twin) { (_: V, _: V) in true }.count) }
            },
            Row("set in place", 4_000) { for _ in 0..<$0 { own.updateValue(new, forKey: next()) } },
            Row("nil and back", 4_000) {
                for _ in 0..<$0 {
                    let key = next()
                    own[key] = nil
                    own[key] = new
                }
            },
        ]
    }

    private static func appends(_ count: Int) -> [Row] {
        let keys = (0..<count).map { "key \($0)" }
        let next = Cycle(keys)
        var map = HAMT(uniqueKeysWithValues: keys.map { ($0, [0]) })
        return [
            Row("map[key]?.append", 1_000) { for _ in 0..<$0 { map[next()]?[0] += 1 } },
            Row("map[key, default:].append", 1_000) { for _ in 0..<$0 { map[next(), default: []][0] += 1 } },
        ]
    }
}
