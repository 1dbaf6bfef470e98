// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ContextVars

/// Frames for synchronous code aren't in the runtime's storage: what is created there must have their values all the
/// same.
@Suite(.timeLimit(.minutes(15))) struct SynchronousScopeTests {
    let number = ContextVar("number", default: 0)
    let text = ContextVar("text", default: "")

    @Test func `A task created in nested scopes has the innermost values`() async throws {
        let tasks = try Context().run {
            try number.set(1)
            return number.withValue(2) {
                let outer = Task { (number.get(), text.get()) }
                return text.withValue("inner") { [outer, Task { (number.get(), text.get()) }] }
            }
        }
        #expect(await tasks[0].value == Level.inPlainTask((2, ""), orWithoutContext: (0, "")))
        #expect(await tasks[1].value == Level.inPlainTask((2, "inner"), orWithoutContext: (0, "")))
    }

    @Test func `A task created in a scope inside a task has the scope's values, and one created after it doesn't`()
        async
    {
        let seen = await Task {
            await number.withValue(1) {
                await Task.yield()
                let inside = number.withValue(2) { Task { number.get() } }
                let after = Task { number.get() }
                return [await inside.value, await after.value]
            }
        }.value
        #expect(seen == Level.inPlainTask([2, 1], orWithoutContext: [0, 0]))
    }

    @Test func `A child that started before a scope doesn't see it, and doesn't copy it`() async throws {
        try await Context().run {
            try number.set(1)
            // The scope's end waits for the child, and synchronous code waits by blocking its thread.
            await withTaskExecutorPreference(BlockingExecutor()) {
                let (gate, childHasRead) = (Gate(), DispatchSemaphore(value: 0))
                async let child = {
                    await gate.wait()
                    let task = Task { number.get() }
                    let seen = number.get()
                    childHasRead.signal()
                    return [seen, await task.value]
                }()
                number.withValue(2) {
                    gate.open()
                    childHasRead.wait()
                }
                let (live, copied) = (
                    Level.inChild(1, orWithoutContext: 0), Level.inPlainTask(1, orWithoutContext: 0)
                )
                #expect(await child == [live, copied])
            }
        }
    }

    @Test func `A group's child that is added in a scope sees it, also after the scope`() async throws {
        try await Context().run {
            try number.set(1)
            let seen = await withTaskGroup { group in
                let gate = Gate()
                number.withValue(2) {
                    text.withValue("inner") {
                        group.addTask {
                            await gate.wait()
                            return "\(number.get()) \(text.get())"
                        }
                    }
                    group.addTask { "\(number.get()) \(text.get())" }
                }
                gate.open()
                return await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(seen == Level.inPlainTask(["2 inner", "2 "], orWithoutContext: ["0 "]))
        }
    }

    @Test func `A group's child sees the scope that it is added in, whatever else its parent has open`() async throws {
        let seen = try await Context().run {
            try number.set(1)
            return await withTaskGroup { outer in
                await withTaskCancellationHandler {
                    async let other = number.get()
                    let seen = await withDiscardingTaskGroup { _ in
                        await withTaskGroup { inner in
                            number.withValue(2) { inner.addTask { number.get() } }
                            number.withValue(3) { outer.addTask { number.get() } }
                            return await inner.next()
                        }
                    }
                    return [await other, seen, await outer.next()]
                } onCancel: {
                }
            }
        }
        let live = Level.inChild(1, orWithoutContext: 0)
        #expect(seen == Level.inPlainTask([live, 2, 3], orWithoutContext: [live, 0, 0]))
    }

    @Test func `A scope is current again after other tasks ran on its thread`() throws {
        try Context().run {
            try number.set(1)
            number.withValue(2) {
                var first: Task<Int, Never>?
                if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
                    first = Task.immediate {
                        let seen = number.withValue(3) { number.get() } + number.get()
                        await Task.yield()
                        return seen
                    }
                }
                #expect(number.get() == 2)
                let state = copyContext()
                #expect(state[number] == 2)
                first?.cancel()
            }
            #expect(number.get() == 1)
        }
    }

    // The runtime hides task-local values from such a deinitialiser, also where it runs in the middle of a task.
    @Test @MainActor func `A task created in a scope in an isolated deinitialiser has the scope's values`() async {
        guard #available(macOS 15.4, iOS 18.4, tvOS 18.4, watchOS 11.4, visionOS 2.4, *) else { return }
        @available(macOS 15.4, iOS 18.4, tvOS 18.4, watchOS 11.4, visionOS 2.4, *)
        @MainActor final class Ending {
            let action: @MainActor () -> Void
            init(_ action: @escaping @MainActor () -> Void) { self.action = action }
            isolated deinit { action() }
        }
        let variable = ContextVar("variable", default: 0)
        var task: Task<Int, Never>?
        await variable.withValue(1) { () async in
            _ = Ending { variable.withValue(2) { task = Task { variable.get() } } }
            #expect(variable.get() == 1)
        }
        #expect(await task?.value == Level.inPlainTask(2, orWithoutContext: 0))
    }

    @Test func `Setting inside nested scopes stays inside them`() throws {
        try Context().run {
            try number.set(1)
            try number.withValue(2) {
                let token = try number.set(3)
                try text.set("inside")
                try number.withValue(4) {
                    try number.set(5)
                    #expect(number.get() == 5 && text.get() == "inside")
                }
                #expect(number.get() == 3)
                try number.reset(token)
                #expect(number.get() == 2)
            }
            #expect(number.get() == 1 && text.get() == "")
        }
    }

    @Test func `Scopes nest to any depth`() async {
        @Sendable func nest(_ depth: Int) -> Int {
            depth == 0 ? number.get() : number.withValue(number.get() + 1) { nest(depth - 1) }
        }
        // The ThreadSanitizer records 65,536 calls of a thread and writes beyond its record at the next; a scope takes
        // seven calls in a debug build.
        let isUnderThreadSanitizer = dlsym(dlopen(nil, RTLD_LAZY), "__tsan_init") != nil
        let scopes = isUnderThreadSanitizer ? 5000 : 10_000
        let depth = await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: nest(scopes)) }
            // Under a sanitizer, 10,000 calls take more than a thread's usual stack.
            thread.stackSize = 1 << 28
            thread.start()
        }
        #expect(depth == scopes)
    }

    @Test func `A child reads its parent's values while the parent makes its context and changes it`() async throws {
        await number.withValue(0) {
            await withTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        var last = 0
                        for _ in 0..<2000 {
                            let seen = number.get()
                            #expect(seen >= last)
                            last = seen
                            let copied = ContextSnapshot.current[number] ?? 0
                            #expect(copied >= seen)
                        }
                    }
                }
                for value in 1...2000 { #expect(throws: Never.self) { try number.set(value) } }
            }
        }
    }

    @Test func `Scopes leave no frame behind`() async throws {
        let context = Context()
        try context.run { try number.set(1) }
        weak var object: Object?
        let variable = ContextVar<Object?>("object")
        try context.run {
            let strong = Object()
            object = strong
            variable.withValue(strong) {
                Task { _ = variable.get() }
                _ = copyContext()
            }
        }
        await waitUntil { object == nil }
        #expect(object == nil)
    }

    final class Object: Sendable {}
}
