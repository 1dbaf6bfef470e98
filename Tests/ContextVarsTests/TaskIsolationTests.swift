// SPDX-License-Identifier: Apache-2.0
import ContextVars
import TestSupport
import Testing

/// The rows of the semantics table that are about tasks.
@Suite struct TaskIsolationTests {
    let variable = ContextVar("variable", default: 0)

    @Test func `A plain task gets a copy of the values at its creation`() async throws {
        let context = Context()
        let tasks = try context.run {
            try (1...100).map { number in
                try variable.set(number)
                return Task { variable.get() }
            }
        }
        for (index, task) in tasks.enumerated() {
            #expect(await task.value == Level.inPlainTask(index + 1, orWithoutContext: 0))
        }
    }

    @Test func `What a plain task sets is seen by nobody else`() async throws {
        try await Context().run {
            try variable.set(1)
            let task = Task {
                if Level.tasksCopy { try variable.set(2) }
                await Task.yield()
                return variable.get()
            }
            #expect(try await task.value == Level.inPlainTask(2, orWithoutContext: 0))
            #expect(variable.get() == 1)
        }
    }

    @Test func `A task that outlives the run that created it keeps its copy`() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let task = try Context().run {
            try variable.set(7)
            return Task {
                for await _ in gate.stream { break }
                if Level.tasksCopy { try variable.set(variable.get() + 1) }
                return variable.get()
            }
        }
        gate.continuation.yield()
        #expect(try await task.value == Level.inPlainTask(8, orWithoutContext: 0))
    }

    @Test func `An immediate task gets a copy too`() async throws {
        guard #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) else { return }
        try await Context().run {
            try variable.set(1)
            let task = Task.immediate {
                if Level.tasksCopy { try variable.set(variable.get() + 1) }
                await Task.yield()
                return variable.get()
            }
            #expect(variable.get() == 1)
            #expect(try await task.value == Level.inPlainTask(2, orWithoutContext: 0))
        }
    }

    @Test func `A detached task has no context`() async throws {
        try await Context().run {
            try variable.set(1)
            await Task.detached {
                #expect(variable.get() == 0)
                #expect(throws: ContextError.noCurrentContext) { try variable.set(2) }
                #expect(copyContext().isEmpty)
                #expect(variable.withValue(3) { variable.get() } == 3)
            }.value
        }
    }

    @Test func `A task that is started where no context is current has none`() async throws {
        await Task.detached {
            await Task {
                _ = #expect(throws: ContextError.noCurrentContext) { try variable.set(2) }
            }.value
        }.value
    }

    @Test func `Structured children read their parent's context and can't change it`() async throws {
        try await Context().run {
            try variable.set(1)
            async let child = readAndTryToSet(2)
            #expect(await child == Level.inChild(1, orWithoutContext: 0))
            await withTaskGroup { group in
                for number in 0..<10 { group.addTask { await readAndTryToSet(number) } }
                for await seen in group { #expect(seen == Level.inChild(1, orWithoutContext: 0)) }
            }
            #expect(variable.get() == 1)
        }
    }

    private func readAndTryToSet(_ value: Int) async -> Int {
        await Task.yield()
        #expect(throws: Level.refusalInChild) { try variable.set(value) }
        return variable.get()
    }

    @Test func `Structured children can change a context of their own`() async throws {
        try await Context().run {
            try variable.set(1)
            async let child = variable.withValue(2) {
                await Task.yield()
                try variable.set(variable.get() + 1)
                return variable.get()
            }
            #expect(try await child == 3)
            #expect(variable.get() == 1)
        }
    }

    @Test func `A plain task of a structured child owns its copy`() async throws {
        try await Context().run {
            try variable.set(1)
            async let child = Task {
                if Level.tasksCopy { try variable.set(variable.get() + 1) }
                return variable.get()
            }.value
            #expect(try await child == Level.inPlainTask(2, orWithoutContext: 0))
            #expect(variable.get() == 1)
        }
    }

    @Test func `A structured child keeps to the context it was created in while its parent enters another`()
        async throws
    {
        try await Context().run {
            try variable.set(1)
            let (entered, childHasRead) = (Gate(), Gate())
            async let child = {
                await entered.wait()
                defer { childHasRead.open() }
                return variable.get()
            }()
            try await Context().run {
                try variable.set(2)
                entered.open()
                await childHasRead.wait()
            }
            #expect(await child == Level.inChild(1, orWithoutContext: 0))
        }
    }

    @Test func `A child added within a run in a group's body sees the values of that run`() async throws {
        try await Context().run {
            try variable.set(1)
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { variable.get() }
                try Context().run {
                    try variable.set(2)
                    group.addTask {
                        #expect(throws: Level.refusalInChildWithCopy) { try variable.set(9) }
                        return variable.get()
                    }
                    try variable.set(3)
                }
                var seen: Set<Int> = []
                for try await value in group { seen.insert(value) }
                let live = Level.inChild(1, orWithoutContext: 0)
                #expect(seen == [live, Level.inPlainTask(2, orWithoutContext: 0)])
            }
        }
    }

    @Test func `Nested tasks form a chain of copies`() async throws {
        func descend(_ depth: Int) async throws -> Int {
            guard depth > 0 else { return variable.get() }
            try variable.set(variable.get() + 1)
            let task =
                Level.tasksCopy
                ? Task { try await descend(depth - 1) } : Task(context: .current) { try await descend(depth - 1) }
            try variable.set(-1)
            return try await task.value
        }
        #expect(try await Context().run { try await descend(200) } == 200)
    }

    @Test func `A variable that is set to nil isn't at its default, in tasks that borrow or copy the context either`()
        async throws
    {
        let optional = ContextVar<Int?>("optional", default: 1)
        try await Context().run {
            try optional.set(nil)
            async let child = (optional.get(), optional.get(default: 2))
            #expect(await child == Level.inChild((nil, nil), orWithoutContext: (1, 2)))
            #expect(await Task { optional.get() }.value == Level.inPlainTask(nil, orWithoutContext: 1))
            #expect(await Task.detached { optional.get() }.value == 1)
        }
    }

    @Test func `The code that a cancellation runs has the canceller's context`() async throws {
        let (stream, seen) = AsyncStream.makeStream(of: Int.self)
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let task = variable.withValue(1) {
            Task {
                await withTaskCancellationHandler {
                    start.finish()
                    while !Task.isCancelled { await Task.yield() }
                } onCancel: {
                    seen.yield(variable.get())
                    seen.finish()
                }
                return variable.get()
            }
        }
        for await _ in started {}
        variable.withValue(2) { task.cancel() }
        for await value in stream { #expect(value == 2) }
        #expect(await task.value == Level.inPlainTask(1, orWithoutContext: 0))
    }

    @Test func `Other task-local values neither hide nor end a context`() async throws {
        try await Context().run {
            try variable.set(1)
            let task = try Other.$value.withValue(5) {
                try variable.set(2)
                return Other.$value.withValue(6) {
                    #expect(variable.get() == 2)
                    return Task { (variable.get(), Other.value) }
                }
            }
            try variable.set(3)
            let seen = await task.value
            #expect(seen == (Level.inPlainTask(2, orWithoutContext: 0), 6))
            #expect(variable.get() == 3)
        }
    }
}

private enum Other {
    @TaskLocal static var value = 0
}
