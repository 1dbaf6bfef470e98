// SPDX-License-Identifier: Apache-2.0
import CMeasure
import ContextVars
import Harness

/// What the Swift runtime takes for the steps that a library of this kind can't do without, beside the whole operations of
/// `TaskLocal` that consist of them: how low a row could be at best.
enum Floors {
    static let rows = [
        Row("the runtime's push and pop of a value", against: "TaskLocal.withValue, none bound", bar: nil) {
            let type = unsafeBitCast(Int.self, to: UInt.self)
            return Sides(
                ours: repeating { measure_push_and_pop(UnsafeRawPointer(bitPattern: type)) },
                peer: repeating { Locals.$number.withValue(1) { keep(1) } })
        },
        Row("the runtime's look for a value", against: "TaskLocal.get", bar: nil) {
            Sides(ours: repeating { measure_look_for_value() }, peer: repeating { keep(Locals.number) })
        },
        Row("the runtime asked which task runs", against: "TaskLocal.get", bar: nil) {
            Sides(ours: repeating { measure_ask_for_task() }, peer: repeating { keep(Locals.number) })
        },
        Row("the runtime asked for an open group", against: "TaskLocal.withValue, none bound", bar: nil) {
            Sides(
                ours: repeating { measure_ask_for_group() },
                peer: repeating { Locals.$number.withValue(1) { keep(1) } })
        },
    ]

    private static func repeating(_ operation: @escaping @Sendable () -> Void) -> Side {
        { meter in
            meter.measure { iterations in
                for _ in 0..<iterations { operation() }
            }
        }
    }
}
