// SPDX-License-Identifier: Apache-2.0
import ContextVars
import TestSupport
import Testing

/// `Task(context:)` and `group.addTask(context:)`.
@Suite struct ContextSourceTests {
    let variable = ContextVar("variable", default: 0)

    @Test func `A task runs in the context that it is given`() async throws {
        let context = Context()
        try context.run { try variable.set(1) }
        let task = try Task(context: context) {
            await Task.yield()
            try variable.set(variable.get() + 1)
            return variable.get()
        }
        #expect(try await task.value == 2)
        #expect(context[variable] == 2)
    }

    @Test func `The context is free as soon as the task has ended`() async throws {
        let context = Context()
        for round in 1...500 {
            let task = try Task(context: context) { () async in
                _ = try? variable.set(variable.get() + 1)
            }
            await task.value
            #expect(context[variable] == round)
        }
    }

    @Test func `A task and a group's child have the name and the priority that they are given`() async throws {
        guard #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) else { return }
        func nameAndPriority() -> String { "\(Task.name ?? "-") \(Task.currentPriority == .high)" }
        let snapshot = ContextSnapshot()
        let task = Task(context: snapshot, name: "a", priority: .high) { nameAndPriority() }
        #expect(await task.value == "a true")
        let failing = Task(context: snapshot, name: "b") { () async throws in nameAndPriority() }
        #expect(try await failing.value.hasPrefix("b"))
        let children = await withTaskGroup { group in
            group.addTask(context: snapshot, name: "c", priority: .high) { nameAndPriority() }
            group.addTask(name: "c", priority: .high) { nameAndPriority() }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(children.count == 2 && children[0] == children[1] && children[0].hasPrefix("c"))
    }

    @Test func `A context that is entered can't be given to a task`() async throws {
        let context = Context()
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        let task = try Task(context: context) { for await _ in stream {} }
        #expect(throws: ContextError.alreadyEntered) { try Task(context: context) {} }
        end.finish()
        await task.value
    }

    /// What hands out one claim for all work.
    private struct OneClaim: ContextSource {
        let claimed: ClaimedContext

        func enter() throws(ContextError) -> ClaimedContext { claimed }
    }

    @Test func `Of two tasks with one claim, the first has the context, and the other a copy`() async throws {
        let context = Context()
        try context.run { try variable.set(1) }
        let source = OneClaim(claimed: try context.enter())
        let (hasSet, goOn) = (Gate(), Gate())
        let owner = try Task(context: source) {
            try variable.set(2)
            hasSet.open()
            await goOn.wait()
            return variable.get()
        }
        await hasSet.wait()
        let other = try Task(context: source) {
            try variable.set(variable.get() + 10)
            return variable.get()
        }
        #expect(try await other.value == 12)
        #expect(throws: ContextError.alreadyEntered) { try context.run {} }
        goOn.open()
        #expect(try await owner.value == 2)
        #expect(context[variable] == 2)
        try context.run {}
    }

    @Test func `A loop that a request is the first to need keeps its values, unless it starts with nothing`()
        async throws
    {
        try await Context().run {
            try variable.set(1)
            let request = Gate()
            let plain = Task {
                await request.wait()
                return variable.get()
            }
            let clean = Task(context: ContextSnapshot()) {
                await request.wait()
                try variable.set(variable.get() + 5)
                return variable.get()
            }
            try variable.set(2)
            request.open()
            #expect(await plain.value == Level.inPlainTask(1, orWithoutContext: 0))
            #expect(try await clean.value == 5)
        }
    }

    @Test func `A snapshot gives a task a copy and never throws`() async throws {
        try await Context().run {
            try variable.set(1)
            let tasks = (0..<10).map { number in
                Task(context: .current) {
                    try variable.set(variable.get() + number)
                    return variable.get()
                }
            }
            try variable.set(100)
            for (number, task) in tasks.enumerated() { #expect(try await task.value == 1 + number) }
        }
    }

    @Test func `A task with a context keeps its creator's actor and task-local values`() async throws {
        try await Local.$value.withValue(3) {
            try await Counter().check()
        }
    }

    private enum Local {
        @TaskLocal static var value = 0
    }

    private actor Counter {
        var count = 0

        func check() async throws {
            let task = try Task(context: Context()) {
                count += Local.value
                return count
            }
            #expect(await task.value == 3)
        }
    }

    @Test func `Tasks with contexts start in the order of their creation on their creator's actor`() async {
        let order = await Sequencer().startTasks()
        #expect(order == Array(0..<1000))
    }

    private actor Sequencer {
        var order: [Int] = []

        func startTasks() async -> [Int] {
            let tasks = (0..<1000).map { number in Task(context: .current) { order.append(number) } }
            for task in tasks { await task.value }
            return order
        }
    }

    @Test func `Children of all four kinds of group run in the contexts that they are given`() async throws {
        let contexts = (0..<8).map { _ in Context() }
        await withTaskGroup(of: Void.self) { group in
            #expect(throws: Never.self) {
                try group.addTask(context: contexts[0]) { setOne() }
                try group.addTaskUnlessCancelled(context: contexts[1]) { setOne() }
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            try group.addTask(context: contexts[2]) { try variable.set(1) }
            try group.addTaskUnlessCancelled(context: contexts[3]) { try variable.set(1) }
        }
        await withDiscardingTaskGroup { group in
            #expect(throws: Never.self) {
                try group.addTask(context: contexts[4]) { setOne() }
                try group.addTaskUnlessCancelled(context: contexts[5]) { setOne() }
            }
        }
        try await withThrowingDiscardingTaskGroup { group in
            try group.addTask(context: contexts[6]) { try variable.set(1) }
            try group.addTaskUnlessCancelled(context: contexts[7]) { try variable.set(1) }
        }
        for context in contexts { #expect(context[variable] == 1) }
    }

    private func setOne() {
        #expect(throws: Never.self) { try variable.set(1) }
    }

    @Test func `Children that are given a snapshot may change their copy`() async throws {
        try await Context().run {
            try variable.set(1)
            let sum = try await withThrowingTaskGroup { group in
                for number in 0..<10 {
                    group.addTask(context: .current) {
                        try variable.set(variable.get() + number)
                        return variable.get()
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 55)
            #expect(variable.get() == 1)
        }
    }

    @Test func `A child that isn't added leaves its context free`() async throws {
        let context = Context()
        let added = try await withThrowingTaskGroup(of: Void.self) { group in
            group.cancelAll()
            return try group.addTaskUnlessCancelled(context: context) {}
        }
        #expect(!added)
        try context.run {}
    }
}
