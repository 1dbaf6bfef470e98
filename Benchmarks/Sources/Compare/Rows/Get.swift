// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness
import ServiceContextModule

/// Reading a variable.
enum Get {
    static let rows = [
        Row(
            "get in a task, context entered, one binding", against: "TaskLocal.get",
            bar: Build.bar(0.6, static: 0.9, plain: 1.0)
        ) {
            Sides(ours: { try numberInContext($0) }, peer: { taskLocalNumber($0) })
        },
        Row(
            "get in a task, context entered, one binding", against: "ServiceContext.current?[Key]",
            bar: Build.bar(0.1, plain: 0.15)
        ) {
            Sides(ours: { try numberInContext($0) }, peer: { serviceContextNumber($0) })
        },
        Row(
            "get below 8 other bindings", against: "TaskLocal.get at that depth",
            bar: Build.bar(0.4, static: 0.9, plain: 1.0)
        ) {
            Sides(ours: { try numberInContext($0, otherBindings: 8) }, peer: { taskLocalNumber($0, otherBindings: 8) })
        },
        Row(
            "get below 8 other bindings", against: "ServiceContext.current?[Key]", bar: Build.bar(0.1, plain: 0.2)
        ) {
            Sides(
                ours: { try numberInContext($0, otherBindings: 8) },
                peer: { serviceContextNumber($0, otherBindings: 8) })
        },
        Row(
            "get of an unset variable, no context", against: "TaskLocal default",
            bar: Build.bar(1.1, static: 1.3, plain: 1.3)
        ) {
            Sides(ours: { readNumber($0) }, peer: { readTaskLocalNumber($0) })
        },
        Row(
            "get of a String", against: "TaskLocal<String>.get", bar: Build.bar(0.7, static: 0.9, plain: 1.0)
        ) {
            Sides(ours: { try textInContext($0) }, peer: { taskLocalText($0) })
        },
        Row("get in generic code, not specialised", against: "TaskLocal.get there", bar: 1.3) {
            Sides(
                ours: { meter in
                    try Context().run {
                        try Variables.number.set(1)
                        Generic.read(Variables.number, meter)
                    }
                },
                peer: { meter in Locals.$number.withValue(1) { Generic.read(Locals.$number, meter) } })
        },
        Row("get, no context, one TaskLocal bound", against: "TaskLocal.get of it", bar: 1.3) {
            Sides(
                ours: { meter in Locals.$number.withValue(1) { readNumber(meter) } },
                peer: { taskLocalNumber($0) })
        },
        Row("get, no context, 8 TaskLocals bound", against: "TaskLocal default there", bar: nil) {
            Sides(
                ours: { meter in beneathOtherBindings { readNumber(meter) } },
                peer: { meter in beneathOtherBindings { readTaskLocalNumber(meter) } })
        },
        Row(
            "get on a thread without a task, context entered", against: "TaskLocal.get there",
            bar: Build.bar(0.9, plain: 1.0)
        ) {
            Sides(
                ours: { $0.record(perOperation: try await Places.thread($0.batch) { try numberInContext($0) }) },
                peer: { $0.record(perOperation: try await Places.thread($0.batch) { taskLocalNumber($0) }) })
        },
        Row("get on a thread without a task, no context", against: "TaskLocal default there", bar: 1.3) {
            Sides(
                ours: { $0.record(perOperation: try await Places.thread($0.batch, readNumber)) },
                peer: { $0.record(perOperation: try await Places.thread($0.batch, readTaskLocalNumber)) })
        },
    ]

    /// Also the side of the CPython row.
    static func numberInContext(_ meter: Meter, otherBindings: Int = 0) throws {
        try Context().run {
            try Variables.number.set(1)
            beneathOtherBindings(otherBindings) { readNumber(meter) }
        }
    }

    @Sendable private static func readNumber(_ meter: Meter) {
        meter.measure { iterations in
            for _ in 0..<iterations { keep(Variables.number.get()) }
        }
    }

    private static func taskLocalNumber(_ meter: Meter, otherBindings: Int = 0) {
        Locals.$number.withValue(1) {
            beneathOtherBindings(otherBindings) { readTaskLocalNumber(meter) }
        }
    }

    @Sendable private static func readTaskLocalNumber(_ meter: Meter) {
        meter.measure { iterations in
            for _ in 0..<iterations { keep(Locals.number) }
        }
    }

    private static func serviceContextNumber(_ meter: Meter, otherBindings: Int = 0) {
        var context = ServiceContext.topLevel
        context[NumberKey.self] = 1
        ServiceContext.withValue(context) {
            beneathOtherBindings(otherBindings) {
                meter.measure { iterations in
                    for _ in 0..<iterations { keep(ServiceContext.current?[NumberKey.self] ?? 0) }
                }
            }
        }
    }

    private static func textInContext(_ meter: Meter) throws {
        try Context().run {
            try Variables.text.set(requestID)
            meter.measure { iterations in
                for _ in 0..<iterations { keep(Variables.text.get()) }
            }
        }
    }

    private static func taskLocalText(_ meter: Meter) {
        Locals.$text.withValue(requestID) {
            meter.measure { iterations in
                for _ in 0..<iterations { keep(Locals.text) }
            }
        }
    }
}

/// Code that knows nothing of the type of the value, as that of other modules mostly does.
private enum Generic {
    @_semantics("optimize.sil.specialize.generic.never") @inline(never)
    static func read<Value>(_ variable: ContextVar<Value>, _ meter: Meter) {
        meter.measure { iterations in
            for _ in 0..<iterations { keep(variable.get()) }
        }
    }

    @_semantics("optimize.sil.specialize.generic.never") @inline(never)
    static func read<Value>(_ local: TaskLocal<Value>, _ meter: Meter) {
        meter.measure { iterations in
            for _ in 0..<iterations { keep(local.get()) }
        }
    }
}
