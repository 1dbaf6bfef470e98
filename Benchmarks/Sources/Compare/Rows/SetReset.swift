// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness

/// Changing a variable and taking it back.
enum SetReset {
    static let rows = [
        Row(
            "set then reset", against: "one TaskLocal.withValue", bar: Build.bar(0.8, static: 0.9, plain: 1.0)
        ) {
            Sides(ours: { try setAndReset($0) }, peer: { Scopes.taskLocalAround($0) })
        },
        Row("set then reset of a variable not set before", against: "one TaskLocal.withValue", bar: nil) {
            Sides(ours: { try setAndReset($0, isSetBefore: false) }, peer: { Scopes.taskLocalAround($0) })
        },
        Row("set then reset, a snapshot held", against: "one TaskLocal.withValue", bar: nil) {
            Sides(ours: { try setAndResetBeneathSnapshots($0) }, peer: { Scopes.taskLocalAround($0) })
        },
    ]

    /// Also the side of the CPython row.
    static func setAndReset(_ meter: Meter, isSetBefore: Bool = true) throws {
        try Context().run {
            if isSetBefore { try Variables.number.set(1) }
            try meter.measure { iterations in
                for iteration in 0..<iterations {
                    let token = try Variables.number.set(iteration)
                    try Variables.number.reset(token)
                }
            }
        }
    }

    private static func setAndResetBeneathSnapshots(_ meter: Meter) throws {
        try Context().run {
            try Variables.number.set(1)
            try meter.measure { iterations in
                for iteration in 0..<iterations { try beneathSnapshot(Variables.number, iteration) }
            }
        }
    }

    /// Changes values of which a new snapshot is held, so that nothing can be changed in place.
    static func beneathSnapshot(_ variable: ContextVar<Int>, _ value: Int) throws {
        let snapshot = ContextSnapshot.current
        let token = try variable.set(value)
        try variable.reset(token)
        keep(snapshot)
    }
}
