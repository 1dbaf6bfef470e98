// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness

/// Starting tasks.
enum Tasks {
    static let rows: [Row] = [
        Row("Task { }.value, a context current", against: "the same without the library", bar: 1.05) {
            Sides(ours: { try await startTasksInContext($0) }, peer: { await startTasks($0) })
        },
        // What the runtime asks for copying any task-local value, ours being one.
        Row("Task { }.value, a context current", against: "the same with one TaskLocal bound", bar: nil) {
            Sides(
                ours: { try await startTasksInContext($0) },
                peer: { meter in await Locals.$number.withValue(1) { await startTasks(meter) } })
        },
        Row("Task(context:) { }.value", against: "Task { }.value in the same place", bar: nil) {
            Sides(
                ours: { meter in
                    try await ReadValue.number.inContext {
                        await meter.measure { iterations in
                            for iteration in 0..<iterations { await Task(context: .current) { keep(iteration) }.value }
                        }
                    }
                },
                peer: { try await startTasksInContext($0) })
        },
    ]

    private nonisolated(nonsending) static func startTasksInContext(_ meter: Meter) async throws {
        try await Context().run {
            try Variables.number.set(1)
            await startTasks(meter)
        }
    }

    private nonisolated(nonsending) static func startTasks(_ meter: Meter) async {
        await meter.measure { iterations in
            for iteration in 0..<iterations { await Task { keep(iteration) }.value }
        }
    }
}
