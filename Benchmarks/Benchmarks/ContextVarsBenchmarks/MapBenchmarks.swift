// SPDX-License-Identifier: Apache-2.0
import Benchmark
import PersistentCollections

/// The persistent map, with keys whose hashes are the same in each process.
func mapBenchmarks() {
    let map = HAMT(uniqueKeysWithValues: (0..<8).map { (Identity($0), $0) })
    let keys = Array(map.keys)
    Benchmark("map lookup, n = 8", configuration: Benchmark.configuration()) { benchmark in
        benchmark.measure { operations in
            for operation in operations { blackHole(map[keys[operation & 7]]) }
        }
    }
    Benchmark("map persistent replace, n = 8", configuration: Benchmark.configuration()) { benchmark in
        benchmark.measure { operations in
            for operation in operations { blackHole(map.inserting(operation, forKey: keys[operation & 7])) }
        }
    }
    Benchmark("map build of 1,000 in place", configuration: Benchmark.configuration()) { benchmark in
        benchmark.measure { operations in
            var map = HAMT<Identity, Int>()
            for operation in operations { map.updateValue(operation, forKey: Identity(operation)) }
            blackHole(map)
        }
    }
}

/// A key with its own number for a hash, which is the same in each process: so are the allocations of a map.
private struct Identity: Hashable {
    let number: Int

    init(_ number: Int) {
        self.number = number
    }

    func hash(into hasher: inout Hasher) { hasher.combine(number) }

    var hashValue: Int { number }
}
