// SPDX-License-Identifier: Apache-2.0
import ContextVars

// Hops where Swift's own concurrency carries the context: nothing is passed and nothing is wrapped.

/// A called function shares its caller's context: it may set, and a token takes the change back.
func setAndReset() throws -> Hop {
    let token = try Current.step.set(step("function"))
    let inside = Hop.seen(by: "after set")
    try Current.step.reset(token)
    return .seen(by: "set and reset", children: [inside])
}

/// Structured children read their parent's context; `withValue` gives one its own value.
func asyncLet() async -> Hop {
    async let inherited = Hop.seen(by: "inherited")
    async let own = Current.step.withValue(step("async let")) {
        Hop.seen(by: "withValue")
    }
    return await .seen(by: "async let", children: [inherited, own])
}

/// A child of a group reads its parent's context too; one that calls `set` is given a copy to run in.
func taskGroup() async throws -> Hop {
    try await withThrowingTaskGroup(of: Hop.self) { group in
        for number in 1...3 {
            group.addTask {
                await Task.yield()
                return Current.step.withValue(step("child \(number)")) {
                    Hop.seen(by: "child \(number)")
                }
            }
        }
        group.addTask(context: .current) {
            try Current.step.set(step("copy"))
            await Task.yield()
            return .seen(by: "child in a copy")
        }
        let children = try await group.reduce(into: []) { $0.append($1) }
        return .seen(by: "task group", children: children.sorted { $0.name < $1.name })
    }
}

/// A plain task keeps the values of the moment it was made, regardless of what the loop sets next.
func plainTasks() async throws -> Hop {
    let token = try Current.step.set(step("loop"))
    var tasks: [Task<Hop, any Error>] = []
    for iteration in 1...3 {
        try Current.step.set(step("iteration \(iteration)"))
        tasks.append(
            Task {
                await Task.yield()
                let atStart = Hop.seen(by: "at start")
                // In the task's own copy: neither the loop nor the other tasks see it.
                try Current.step.set(step("task \(iteration)"))
                await Task.yield()
                return .seen(by: "iteration \(iteration)", children: [atStart])
            }
        )
    }
    try Current.step.reset(token)

    var children: [Hop] = []
    for task in tasks {
        children.append(try await task.value)
    }
    return .seen(by: "plain tasks", children: children)
}

/// A call to an actor stays in the caller's context, regardless of the thread that it runs on.
actor Inventory {
    func hop() throws -> Hop {
        let token = try Current.step.set(step("actor"))
        let inside = Hop.seen(by: "on the actor")
        try Current.step.reset(token)
        return .seen(by: "actor", children: [inside])
    }
}
