// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness

extension Growth {
    static let all = [
        Growth(operation: "get", parameter: "variables set", numbers: variableCounts) { count in
            withVariables(count) { variable, meter in
                meter.measure { iterations in
                    for _ in 0..<iterations { keep(variable.get()) }
                }
            }
        },
        Growth(operation: "set, nobody shares the values", parameter: "variables set", numbers: variableCounts) {
            count in
            withVariables(count) { variable, meter in
                try meter.measure { iterations in
                    for iteration in 0..<iterations { try variable.set(iteration) }
                }
            }
        },
        Growth(operation: "set after a snapshot, both released", parameter: "variables set", numbers: variableCounts) {
            count in
            withVariables(count) { variable, meter in
                try meter.measure { iterations in
                    for iteration in 0..<iterations {
                        let snapshot = ContextSnapshot.current
                        try variable.set(iteration)
                        keep(snapshot)
                    }
                }
            }
        },
        Growth(operation: "snapshot, taken and released", parameter: "variables set", numbers: variableCounts) {
            count in
            withVariables(count) { _, meter in
                meter.measure { iterations in
                    for _ in 0..<iterations { keep(ContextSnapshot.current) }
                }
            }
        },
        Growth(operation: "nested context.run, each", parameter: "depth", numbers: [1, 10, 100, 1000, 10_000]) {
            depth in
            { meter in
                let contexts = (0..<depth).map { _ in Context() }
                try meter.measure(per: depth) { iterations in
                    for _ in 0..<iterations { try nest(contexts[...]) }
                }
            }
        },
        Growth(
            operation: "live contexts that share one base of 8 variables, each", parameter: "contexts",
            numbers: [1_000_000], unit: .bytes
        ) { count in
            withVariables(8) { _, meter in
                var contexts: [Context] = []
                contexts.reserveCapacity(count)
                meter.measureLiveBytes(of: count) {
                    for _ in 0..<count { contexts.append(copyContext()) }
                }
                keep(contexts.count)
            }
        },
    ]

    private static let variableCounts = [1, 10, 1000, 10_000]

    /// Runs each context in the one before.
    private static func nest(_ contexts: ArraySlice<Context>) throws {
        guard let first = contexts.first else { return keep(contexts.startIndex) }
        try first.run { try nest(contexts.dropFirst()) }
    }
}
