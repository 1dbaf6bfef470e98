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
        Row("context.run (sync)", against: "TaskLocal.withValue", bar: 1.3) {
            Sides(ours: { try runContext($0) }, peer: { taskLocalAround($0) })
        },
        Row("context.run (sync), no context before", against: "TaskLocal.withValue", bar: nil) {
            Sides(ours: { try runFirstContext($0) }, peer: { taskLocalAround($0) })
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

    private static func taskLocalAroundRead(_ meter: Meter) {
        Locals.$number.withValue(1) {
            meter.measure { iterations in
                for iteration in 0..<iterations {
                    Locals.$number.withValue(iteration) { keep(Locals.number) }
                }
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
        Locals.$number.withValue(1) {
            meter.measure { iterations in
                for iteration in 0..<iterations {
                    Locals.$number.withValue(iteration) { keep(iteration) }
                }
            }
        }
    }
}
