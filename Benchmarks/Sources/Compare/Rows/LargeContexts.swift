// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness

/// Contexts that aren't small: many variables, and values that fill a cache line.
///
/// The peer is one `TaskLocal` with nothing else bound, which is the best that it can be.
enum LargeContexts {
    static let rows: [Row] = [64, 500].flatMap(rows) + largeValues

    private static func rows(_ count: Int) -> [Row] {
        let many = "\(count) variables set"
        return [
            Row("get, \(many)", against: "TaskLocal.get", bar: Build.bar(0.9, plain: 1.0)) {
                Sides(
                    ours: withVariables(count) { variable, meter in
                        meter.measure { iterations in
                            for _ in 0..<iterations { keep(variable.get()) }
                        }
                    },
                    peer: { meter in await ReadValue.number.bound { ReadValue.number.readTaskLocal(meter) } })
            },
            Row("get in an async let child, \(many)", against: "TaskLocal.get there", bar: Build.bar(1.3, plain: 1.6)) {
                Sides(
                    ours: inChild(count),
                    peer: { meter in
                        try await ReadValue.number.bound {
                            meter.record(
                                perOperation: try await Places.asyncLet(meter.batch) {
                                    ReadValue.number.readTaskLocal($0)
                                })
                        }
                    })
            },
            Row("withValue around a read, \(many)", against: "TaskLocal.withValue around a read", bar: nil) {
                Sides(
                    ours: withVariables(count) { variable, meter in
                        meter.measure { iterations in
                            for iteration in 0..<iterations {
                                variable.withValue(iteration) { keep(variable.get()) }
                            }
                        }
                    },
                    peer: { Scopes.taskLocalAroundRead($0) })
            },
            Row("set then reset, a snapshot held, \(many)", against: "one TaskLocal.withValue", bar: nil) {
                Sides(
                    ours: withVariables(count) { variable, meter in
                        try meter.measure { iterations in
                            for iteration in 0..<iterations { try SetReset.beneathSnapshot(variable, iteration) }
                        }
                    },
                    peer: { Scopes.taskLocalAround($0) })
            },
        ]
    }

    private static let largeValues = [
        Row("get of a value of 64 bytes", against: "TaskLocal.get of it", bar: Build.bar(0.9, plain: 1.0)) {
            Sides(
                ours: { meter in
                    try Context().run {
                        try Variables.large.set(Large(repeating: 1))
                        meter.measure { iterations in
                            for _ in 0..<iterations { keep(Variables.large.get()) }
                        }
                    }
                },
                peer: { meter in
                    Locals.$large.withValue(Large(repeating: 1)) {
                        meter.measure { iterations in
                            for _ in 0..<iterations { keep(Locals.large) }
                        }
                    }
                })
        },
        Row("withValue of 64 bytes around a read", against: "TaskLocal.withValue of them", bar: nil) {
            Sides(
                ours: { meter in
                    try Context().run {
                        meter.measure { iterations in
                            for iteration in 0..<iterations {
                                Variables.large.withValue(Large(repeating: iteration)) { keep(Variables.large.get()) }
                            }
                        }
                    }
                },
                peer: { meter in
                    meter.measure { iterations in
                        for iteration in 0..<iterations {
                            Locals.$large.withValue(Large(repeating: iteration)) { keep(Locals.large) }
                        }
                    }
                })
        },
    ]

    private static func inChild(_ count: Int) -> Side {
        let variables = makeVariables(count)
        return { meter in
            try await Context().run {
                for variable in variables { try variable.set(1) }
                let variable = variables[count / 2]
                meter.record(
                    perOperation: try await Places.asyncLet(meter.batch) { meter in
                        meter.measure { iterations in
                            for _ in 0..<iterations { keep(variable.get()) }
                        }
                    })
            }
        }
    }
}

/// A value of 64 bytes.
struct Large {
    private let words: (Int, Int, Int, Int, Int, Int, Int, Int)

    init(repeating word: Int) {
        words = (word, word, word, word, word, word, word, word)
    }
}
