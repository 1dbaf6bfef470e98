// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness
import HashTreeCollections
import PersistentCollections

/// What maps keep on the heap, with the allocator's headers, but for the keys, which are there anyway.
enum Memory {
    static let rows = [1000, 1_000_000].map { count in
        Row(
            "bytes an entry, n = \(grouped(count))", against: "TreeDictionary<ObjectIdentifier, Int>", bar: 1,
            unit: .bytes
        ) {
            let keys = (0..<count).map(Key.init)
            return Sides(
                ours: { $0.measureLiveBytes(of: count) { MapBuilding.ours(keys) } },
                peer: { $0.measureLiveBytes(of: count) { MapBuilding.peer(keys) } })
        }
    }

    /// The bytes of a context with eight variables; the side of the CPython row.
    static func contextWithEightVariables(_ meter: Meter) throws {
        let variables = makeVariables(8)
        func makeContext() throws -> Context {
            let context = Context()
            try context.run {
                for (value, variable) in variables.enumerated() { try variable.set(value) }
            }
            return context
        }
        // What the library makes on first use is no context's.
        withExtendedLifetime(try makeContext()) {}

        let count = 1000
        var contexts: [Context] = []
        contexts.reserveCapacity(count)
        try meter.measureLiveBytes(of: count) {
            for _ in 0..<count { contexts.append(try makeContext()) }
        }
    }
}
