// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import Testing

/// What `RuntimeSupport` promises at the level that this process has: `.ci/levels` runs the tests at each.
@Suite struct RuntimeSupportTests {
    let variable = ContextVar("variable", default: 0)
    let object = ContextVar<Object?>("object")

    final class Object: Sendable {}

    @Test func `The level is the one that is asked for, or full support`() {
        switch ProcessInfo.processInfo.environment["CONTEXTVARS_RUNTIME_SUPPORT"] {
        case "withoutTaskCopies":
            #expect(RuntimeSupport.current == .withoutTaskCopies(because: "CONTEXTVARS_RUNTIME_SUPPORT is set"))
        case "explicitOnly":
            #expect(RuntimeSupport.current == .explicitOnly(because: "CONTEXTVARS_RUNTIME_SUPPORT is set"))
        default:
            #expect(RuntimeSupport.current == .full)
        }
    }

    @Test func `A process goes on that requires no more than it has`() {
        RuntimeSupport.require(RuntimeSupport.current)
        RuntimeSupport.require(.explicitOnly(because: "nothing"))
    }

    @Test func `A plain task has a copy of its own or no context at all, whatever its creator does meanwhile`()
        async throws
    {
        try await Context().run {
            var tasks: [(Task<[Int], Never>, value: Int)] = []
            for value in 1...500 {
                try variable.set(value)
                let task = Task {
                    let seen = variable.get()
                    await Task.yield()
                    async let child = variable.get()
                    return [seen, variable.get(), await child, await Task { variable.get() }.value]
                }
                tasks.append((task, value))
                let inner = variable.withValue(-value) { Task { [variable.get()] } }
                tasks.append((inner, -value))
            }
            for (task, value) in tasks {
                let seen = await task.value
                #expect(seen.allSatisfy { $0 == Level.inPlainTask(value, orWithoutContext: 0) })
            }
        }
    }

    @Test func `A plain task without a context says why, and what to write`() async throws {
        try await Context().run {
            await Task {
                do throws(ContextError) {
                    try variable.set(1)
                    #expect(Level.tasksCopy)
                } catch {
                    #expect(!Level.tasksCopy)
                    #expect(error == .noCurrentContext)
                    #expect(error.description.contains("Task(context:)"))
                    #expect(error.description.contains("With this Swift runtime"))
                    #expect(error.description.contains("CONTEXTVARS_RUNTIME_SUPPORT is set"))
                }
                #expect(copyContext().isEmpty == !Level.tasksCopy)
            }.value
        }
    }

    @Test func `A plain task keeps nothing of a context that it doesn't have`() async throws {
        weak var seen: Object?
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let task = {
            let strong = Object()
            seen = strong
            return object.withValue(strong) { Task { for await _ in gate {} } }
        }()
        #expect((seen != nil) == Level.tasksCopy)
        open.finish()
        await task.value
    }

    @Test func `All that is explicit works at every level`() async throws {
        let context = Context()
        try await context.run {
            try variable.set(1)
            #expect(await Task(context: .current) { variable.get() }.value == 1)
            let snapshot = ContextSnapshot.current
            await Task.detached {
                #expect(snapshot.run { variable.get() } == 1)
                #expect(await snapshot.run { () async in variable.get() } == 1)
                #expect(snapshot.wrap { variable.get() }() == 1)
            }.value
            await withTaskGroup { group in
                group.addTask(context: .current) {
                    #expect(throws: Never.self) { try variable.set(variable.get() + 1) }
                    return variable.get()
                }
                group.addTask { variable.withValue(2) { variable.get() } }
                for await seen in group { #expect(seen == 2) }
            }
            #expect(await variable.withValue(3) { () async in variable.get() } == 3)
            try await Context().run { () async throws in
                try variable.set(4)
                await Task.yield()
                #expect(variable.get() == 4)
            }
            await Task {
                #expect(variable.withValue(5) { variable.get() } == 5)
                let entered = try? await Context().run { () async throws in
                    try variable.set(6)
                    await Task.yield()
                    return variable.get()
                }
                #expect(entered == 6)
            }.value
            #expect(variable.get() == 1)
        }
        #expect(try await Task(context: context) { try variable.set(7) }.value.oldValue == .value(1))
        #expect(context[variable] == 7)
    }

    @Test func `A structured child borrows its parent's context or has none`() async throws {
        try await Context().run {
            try variable.set(1)
            async let child: Void = {
                #expect(variable.get() == Level.inChild(1, orWithoutContext: 0))
                #expect(throws: Level.refusalInChild) { try variable.set(2) }
                #expect(copyContext().count == Level.inChild(1, orWithoutContext: 0))
            }()
            await child
            #expect(variable.get() == 1)
        }
    }
}
