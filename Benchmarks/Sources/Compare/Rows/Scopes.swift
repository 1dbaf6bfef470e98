// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness
import ServiceContextModule

/// Running a body with other values.
enum Scopes {
    static let rows = [
        Row("withValue around a read", against: "TaskLocal.withValue around a read", bar: 1.5) {
            Sides(ours: { try withValueAroundRead($0) }, peer: { taskLocalAroundRead($0) })
        },
        Row("withValue around a read", against: "ServiceContext.withValue, one key changed", bar: 0.6) {
            Sides(ours: { try withValueAroundRead($0) }, peer: { serviceContextAroundRead($0) })
        },
        Row(
            "withValue around a read of another variable", against: "TaskLocal.withValue around a read of another",
            bar: 1.5
        ) {
            Sides(
                ours: { try inContext($0, withValueAroundOtherRead) },
                peer: { meter in Locals.$number.withValue(1) { taskLocalAroundOtherRead(meter) } })
        },
        Row("context.run (sync)", against: "TaskLocal.withValue", bar: 1.3) {
            Sides(ours: { try runContext($0) }, peer: { taskLocalAround($0) })
        },
        Row("context.run (sync), no context before", against: "TaskLocal.withValue, none bound", bar: 1.5) {
            Sides(ours: { try runFirstContext($0) }, peer: { firstTaskLocalAround($0) })
        },
        Row(
            "withValue around a read, no context before", against: "TaskLocal.withValue around a read, none bound",
            bar: 1.5
        ) {
            Sides(ours: { firstWithValueAroundRead($0) }, peer: { firstTaskLocalAroundRead($0) })
        },
        Row("snapshot.run around a read", against: "TaskLocal.withValue around a read", bar: 1.0) {
            Sides(ours: { try inContext($0, runSnapshotAroundRead) }, peer: { taskLocalAroundRead($0) })
        },
        Row(
            "snapshot.run around a read, no context before", against: "TaskLocal.withValue around a read, none bound",
            bar: 1.5
        ) {
            Sides(ours: { runSnapshotAroundRead($0) }, peer: { firstTaskLocalAroundRead($0) })
        },
        Row("call of a wrapped closure", against: "TaskLocal.withValue", bar: 1.2) {
            Sides(ours: { try inContext($0, callWrapped) }, peer: { taskLocalAround($0) })
        },
        Row("call of a wrapped closure without parameters", against: "TaskLocal.withValue", bar: 1.2) {
            Sides(ours: { try inContext($0, callWrappedWithoutParameters) }, peer: { taskLocalAround($0) })
        },
        Row("call of a wrapped closure that reads", against: "TaskLocal.withValue around a read", bar: 1.2) {
            Sides(ours: { try inContext($0, callWrappedAroundRead) }, peer: { taskLocalAroundRead($0) })
        },
        // Where callbacks come from: neither a task nor a context.
        Row("call of a wrapped closure, on a thread", against: "TaskLocal.withValue there", bar: 1.2) {
            Sides(
                ours: { $0.record(perOperation: try await Places.thread($0.batch, callWrapped)) },
                peer: { $0.record(perOperation: try await Places.thread($0.batch, firstTaskLocalAround)) })
        },
    ]

    private static func withValueAroundRead(_ meter: Meter) throws {
        try Context().run {
            try Variables.number.set(1)
            meter.measure { iterations in
                for iteration in 0..<iterations {
                    Variables.number.withValue(iteration) { keep(Variables.number.get()) }
                }
            }
        }
    }

    private static func firstWithValueAroundRead(_ meter: Meter) {
        meter.measure { iterations in
            for iteration in 0..<iterations {
                Variables.number.withValue(iteration) { keep(Variables.number.get()) }
            }
        }
    }

    /// Also the peer of large contexts.
    static func taskLocalAroundRead(_ meter: Meter) {
        Locals.$number.withValue(1) { firstTaskLocalAroundRead(meter) }
    }

    private static func firstTaskLocalAroundRead(_ meter: Meter) {
        meter.measure { iterations in
            for iteration in 0..<iterations {
                Locals.$number.withValue(iteration) { keep(Locals.number) }
            }
        }
    }

    private static func withValueAroundOtherRead(_ meter: Meter) {
        meter.measure { iterations in
            for iteration in 0..<iterations {
                Variables.other.withValue(iteration) { keep(Variables.number.get()) }
            }
        }
    }

    private static func taskLocalAroundOtherRead(_ meter: Meter) {
        meter.measure { iterations in
            for iteration in 0..<iterations {
                Locals.$other.withValue(iteration) { keep(Locals.number) }
            }
        }
    }

    private static func serviceContextAroundRead(_ meter: Meter) {
        var outer = ServiceContext.topLevel
        outer[NumberKey.self] = 1
        ServiceContext.withValue(outer) {
            meter.measure { iterations in
                for iteration in 0..<iterations {
                    var changed = ServiceContext.current ?? .topLevel
                    changed[NumberKey.self] = iteration
                    ServiceContext.withValue(changed) { keep(ServiceContext.current?[NumberKey.self] ?? 0) }
                }
            }
        }
    }

    /// Also the side of the CPython row.
    static func runContext(_ meter: Meter) throws {
        try Context().run { try runFirstContext(meter) }
    }

    private static func runFirstContext(_ meter: Meter) throws {
        let context = Context()
        try meter.measure { iterations in
            for iteration in 0..<iterations {
                try context.run { keep(iteration) }
            }
        }
    }

    /// Also the peer of `set` and `reset`.
    static func taskLocalAround(_ meter: Meter) {
        Locals.$number.withValue(1) { firstTaskLocalAround(meter) }
    }

    @Sendable private static func firstTaskLocalAround(_ meter: Meter) {
        meter.measure { iterations in
            for iteration in 0..<iterations {
                Locals.$number.withValue(iteration) { keep(iteration) }
            }
        }
    }
}

// MARK: - Snapshots

extension Scopes {
    private static let snapshot = ContextSnapshot().with(Variables.number, 2)

    private static func inContext(_ meter: Meter, _ body: (Meter) -> Void) throws {
        try Context().run {
            try Variables.number.set(1)
            body(meter)
        }
    }

    private static func runSnapshotAroundRead(_ meter: Meter) {
        let snapshot = snapshot
        meter.measure { iterations in
            for _ in 0..<iterations {
                snapshot.run { keep(Variables.number.get()) }
            }
        }
    }

    @Sendable private static func callWrapped(_ meter: Meter) {
        let wrapped = snapshot.wrap { (number: Int) in keep(number) }
        meter.measure { iterations in
            for iteration in 0..<iterations { wrapped(iteration) }
        }
    }

    private static func callWrappedWithoutParameters(_ meter: Meter) {
        let wrapped = snapshot.wrap { keep(1) }
        meter.measure { iterations in
            for _ in 0..<iterations { wrapped() }
        }
    }

    private static func callWrappedAroundRead(_ meter: Meter) {
        let wrapped = snapshot.wrap { (_: Int) in keep(Variables.number.get()) }
        meter.measure { iterations in
            for iteration in 0..<iterations { wrapped(iteration) }
        }
    }
}
