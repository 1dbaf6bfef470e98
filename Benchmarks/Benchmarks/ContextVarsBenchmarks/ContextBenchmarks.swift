// SPDX-License-Identifier: Apache-2.0
import Benchmark
import ContextVars

private let number = ContextVar("number", default: 0)

/// Reading and changing variables, and what runs in contexts.
func contextBenchmarks() {
    inContext("get") { operations in
        for _ in operations { blackHole(number.get()) }
    }
    inContext("set, then reset") { operations in
        for operation in operations {
            let token = try number.set(operation)
            try number.reset(token)
        }
    }
    inContext("withValue around a read") { operations in
        for operation in operations {
            number.withValue(operation) { blackHole(number.get()) }
        }
    }
    let context = Context()
    inContext("context.run") { operations in
        for operation in operations {
            try context.run { blackHole(operation) }
        }
    }
    inContext("snapshot") { operations in
        for _ in operations { blackHole(ContextSnapshot.current) }
    }
    inContext("set after a snapshot") { operations in
        for operation in operations {
            let snapshot = ContextSnapshot.current
            try number.set(operation)
            blackHole(snapshot)
        }
    }
    Benchmark("get, no context", configuration: Benchmark.configuration()) { benchmark in
        benchmark.measure { operations in
            for _ in operations { blackHole(number.get()) }
        }
    }
}

/// A benchmark of a loop that runs in a context with one variable set.
private func inContext(_ name: String, _ operations: @escaping @Sendable (Range<Int>) throws -> Void) {
    Benchmark(name, configuration: Benchmark.configuration()) { benchmark in
        do {
            try Context().run {
                try number.set(1)
                try benchmark.measure(operations)
            }
        } catch {
            benchmark.error("\(error)")
        }
    }
}
