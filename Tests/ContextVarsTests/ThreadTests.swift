// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import Synchronization
import TestSupport
import Testing

/// The rows of the semantics table that are about synchronous code outside tasks, on any thread but the main one.
@Suite struct ThreadTests {
    let variable = ContextVar("variable", default: 0)

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
                    if Level.tasksCopy { try variable.set(variable.get() + 10) }
                    return variable.get()
                }
                try variable.set(2)
                return task
            }
        }
        #expect(try await task.value == Level.inPlainTask(11, orWithoutContext: 0))
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
                    if Level.tasksCopy { try variable.set(variable.get() + 1) }
                    await Task.yield()
                    return variable.get()
                }
                return (variable.get(), task)
            }
        }
        #expect(seen.0 == 1)
        #expect(try await seen.1.value == Level.inPlainTask(2, orWithoutContext: 0))
    }

    // The runtime frees a thread's storage with the last value in it. Were values let go of while it still works there, the
    // scope in the deinitialiser would free it first, and the block, which gets the same memory, would be freed twice.
    @Test func `The end of a value may open a scope after the outermost scope of a thread`() async {
        final class Ending: Sendable {
            let action: @Sendable () -> Void
            init(_ action: @escaping @Sendable () -> Void) { self.action = action }
            deinit { action() }
        }
        let ending = ContextVar<Ending?>("ending")
        await onNewThread {
            let blocks = Mutex<[UInt]>([])
            blocks.withLock { $0.reserveCapacity(100) }
            for _ in 1...100 {
                ContextSnapshot().run {
                    _ = try! ending.set(
                        Ending {
                            variable.withValue(1) {}
                            let block = malloc(8)!
                            memset(block, 0, 8)
                            blocks.withLock { $0.append(UInt(bitPattern: block)) }
                        })
                }
            }
            let given = blocks.withLock { $0 }
            #expect(given.count == 100)
            #expect(Set(given).count == 100)
            for block in given { free(UnsafeMutableRawPointer(bitPattern: block)) }
        }
    }
}
