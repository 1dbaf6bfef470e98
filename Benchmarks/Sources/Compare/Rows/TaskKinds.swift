// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch
import Harness

/// A synchronous scope in tasks to which the runtime has attached a record, beside one in a task without.
enum TaskKinds {
    static let rows = [
        row("with a name", bar: 1.1) { batch in
            await Task(name: "task") { scopes(batch) }.value
        },
        row("with an executor preference", bar: 1.1) { batch in
            await Task(executorPreference: QueueExecutor.shared) { scopes(batch) }.value
        },
        row("with a cancellation handler", bar: 1.1) { batch in
            await Task {
                await withTaskCancellationHandler(operation: { scopes(batch) }, onCancel: {})
            }.value
        },
        // The runtime copies task-local values that are bound in the body of a group when a child is added.
        row("in the body of a task group", bar: nil) { batch in
            await Task {
                await withTaskGroup(of: Void.self) { _ in scopes(batch) }
            }.value
        },
    ]

    private static func row(
        _ kind: String, bar: Double?, _ run: @escaping @Sendable (Meter.Batch) async -> Double
    ) -> Row {
        Row("withValue around a read, task \(kind)", against: "the same in a plain task", bar: bar) {
            Sides(
                ours: inContext(run),
                peer: inContext { batch in await Task { scopes(batch) }.value })
        }
    }

    private static func inContext(_ run: @escaping @Sendable (Meter.Batch) async -> Double) -> Side {
        { meter in
            try await ReadValue.number.inContext { meter.record(perOperation: await run(meter.batch)) }
        }
    }

    private static func scopes(_ batch: Meter.Batch) -> Double {
        batch.measure { meter in
            meter.measure { iterations in
                for iteration in 0..<iterations {
                    Variables.number.withValue(iteration) { keep(Variables.number.get()) }
                }
            }
        }
    }
}

/// An executor that somebody prefers: Dispatch's threads.
private final class QueueExecutor: TaskExecutor {
    static let shared = QueueExecutor()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        DispatchQueue.global().async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
