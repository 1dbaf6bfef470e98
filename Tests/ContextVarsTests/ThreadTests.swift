import ContextVars
import Foundation
import Testing

/// The rows of the semantics table that are about synchronous code outside tasks, on any thread but the main one.
@Suite struct ThreadTests {
    let variable = ContextVar("variable", default: 0)

    /// Runs a function on a new thread, outside any task.
    private func onNewThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }

    @Test func `A thread has no context outside run`() async {
        await onNewThread {
            #expect(variable.get() == 0)
            #expect(throws: ContextError.noCurrentContext) { try variable.set(1) }
        }
    }

    @Test func `A thread keeps nothing after a run`() async {
        await onNewThread {
            do {
                try Context().run { try variable.set(1) }
                variable.withValue(2) { #expect(variable.get() == 2) }
            } catch { Issue.record(error) }
            #expect(variable.get() == 0)
            #expect(throws: ContextError.noCurrentContext) { try variable.set(1) }
        }
    }

    @Test func `A task that a thread starts within a run gets a copy`() async throws {
        let task = await onNewThread {
            try! Context().run {
                try variable.set(1)
                let task = Task {
                    await Task.yield()
                    try variable.set(variable.get() + 10)
                    return variable.get()
                }
                try variable.set(2)
                return task
            }
        }
        #expect(try await task.value == 11)
    }

    @Test func `Many threads run in contexts of their own at once`() async {
        await withTaskGroup { group in
            for number in 1...50 {
                group.addTask {
                    let wrong = await onNewThread {
                        try! Context().run {
                            var wrong = 0
                            for round in 1...200 {
                                let token = try variable.set(number * 1000 + round)
                                if variable.get() != number * 1000 + round { wrong += 1 }
                                if round % 2 == 0 { try variable.reset(token) }
                            }
                            return wrong
                        }
                    }
                    #expect(wrong == 0)
                }
            }
        }
    }

    @Test func `An immediate task on a thread doesn't disturb the run around it`() async throws {
        guard #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) else { return }
        let seen = await onNewThread {
            try! Context().run {
                try variable.set(1)
                let task = Task.immediate {
                    try Context().run { try variable.set(7) }
                    try variable.set(variable.get() + 1)
                    await Task.yield()
                    return variable.get()
                }
                return (variable.get(), task)
            }
        }
        #expect(seen.0 == 1)
        #expect(try await seen.1.value == 2)
    }
}
