// SPDX-License-Identifier: Apache-2.0
import ContextVars

// Where Swift's concurrency carries task-local values, context variables arrive without extra code too.

extension Work {
    func function() -> Place {
        func callee(since left: ContinuousClock.Instant) -> Place {
            .here("function()", since: left)
        }
        return callee(since: .now)
    }

    func asyncLet() async -> Place {
        let left = ContinuousClock.now
        async let child = Place.here("async let", since: left)
        return await child
    }

    func taskGroup() async -> Place {
        let left = ContinuousClock.now
        return await withTaskGroup(of: Place.self) { group in
            let place = Place.here("withTaskGroup", since: left)
            for number in 1...2 {
                group.addTask { .here("addTask, child \(number)", since: left) }
            }
            let children = await group.reduce(into: []) { $0.append($1) }
            return place.leading(to: children.sorted { $0.name < $1.name })
        }
    }

    /// The caller of a function sees what the function has set.
    ///
    /// A task-local value ends with the closure that has it.
    func afterCallee() async throws -> Place {
        let left = ContinuousClock.now
        try await pack()
        return .here(
            "after a callee's set", since: left, taskLocal: Order.taskLocalStep, contextVar: Order.step,
            code: "try step.set(\"packed\")")
    }

    private func pack() async throws {
        await Order.$taskLocalStep.withValue("packed") { await Task.yield() }
        try Order.step.set("packed")
    }

    /// A task has a copy of the values that were there when it was created, and goes on to other threads.
    func plainTask() async -> Place {
        let left = ContinuousClock.now
        return await Task {
            let place = Place.here("Task { }", since: left)
            let queue = await withCheckedContinuation { continuation in
                onQueue { continuation.resume(returning: $0) }
            }
            return place.leading(to: [queue])
        }.value
    }

    /// Detached means without anything; a snapshot brings what it needs.
    func detachedTask() async -> Place {
        let left = ContinuousClock.now
        let snapshot = snapshot
        return await Task.detached {
            snapshot.run { .here("Task.detached", since: left, code: "snapshot.run { }") }
        }.value
    }
}

/// A call to an actor stays in the context of its caller, regardless of the thread that it runs on.
actor Warehouse {
    func place(since left: ContinuousClock.Instant) -> Place {
        .here("actor", since: left)
    }
}
