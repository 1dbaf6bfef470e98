// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Distributed
import Foundation
import Synchronization
import TestSupport
import Testing

/// The semantics table of the documentation, a test a row.
///
/// `TaskIsolationTests` and others have the finer points.
@Suite struct SemanticsTableTests {
    let variable = ContextVar("variable", default: 0)

    /// Reads the variable, and tries to set it; what refuses that, if anything.
    private func use() -> (seen: Int, refusal: ContextError?) {
        let seen = variable.get()
        do throws(ContextError) {
            try variable.set(seen + 100)
            return (seen, variable.get() == seen + 100 ? nil : .notCurrent)
        } catch {
            return (seen, error)
        }
    }

    private let nothing: (seen: Int, refusal: ContextError?) = (0, .noCurrentContext)

    /// What a plain task has that was created where the variable had a value.
    private func copied(_ value: Int) -> (seen: Int, refusal: ContextError?) {
        Level.tasksCopy ? (value, nil) : nothing
    }

    /// What a structured child has whose parent's context has a value.
    private func borrowed(_ value: Int) -> (seen: Int, refusal: ContextError?) {
        Level.childrenBorrow ? (value, .borrowedContext) : nothing
    }

    /// What a structured child has that was created in a scope in the body of a task group.
    private func borrowedCopy(_ value: Int) -> (seen: Int, refusal: ContextError?) {
        Level.tasksCopy ? (value, .borrowedContext) : nothing
    }

    // MARK: Scopes

    @Test func `The body of a run has that context`() async throws {
        let context = Context()
        try context.run { try variable.set(1) }
        #expect(try context.run { use() } == (1, nil))
        #expect(try await context.run { () async in use() } == (101, nil))
        #expect(context[variable] == 201)
    }

    @Test func `The body of withValue has a changed copy`() async throws {
        try await Context().run {
            try variable.set(1)
            #expect(variable.withValue(2) { use() } == (2, nil))
            #expect(await variable.withValue(3) { () async in use() } == (3, nil))
            #expect(variable.get() == 1)
        }
    }

    @Test func `A wrapped function has a new copy for each call`() {
        let function = ContextSnapshot().with(variable, 1).wrap { use() }
        #expect(function() == (1, nil))
        #expect(function() == (1, nil))
    }

    // MARK: Tasks

    @Test func `A plain task has a copy of its own`() async throws {
        try await Context().run {
            try variable.set(1)
            let task = Task { use() }
            try variable.set(2)
            #expect(await task.value == copied(1))
            #expect(variable.get() == 2)
        }
    }

    @Test func `An immediate task has a copy of its own, also within a synchronous scope`() async throws {
        guard #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) else { return }
        try await Context().run {
            try variable.set(1)
            let (first, second) = variable.withValue(2) {
                let first = Task.immediate { use() }
                #expect(variable.get() == 2)
                return (
                    first,
                    Task.immediate {
                        await Task.yield()
                        return use()
                    }
                )
            }
            #expect(await first.value == copied(2))
            #expect(await second.value == copied(2))
            #expect(variable.get() == 1)
        }
    }

    @Test func `A task or child that is given a context has it`() async throws {
        let context = Context()
        try context.run { try variable.set(1) }
        #expect(try await Task(context: context) { use() }.value == (1, nil))
        #expect(context[variable] == 101)
        let snapshot = ContextSnapshot(context)
        try await withThrowingTaskGroup(of: (Int, ContextError?).self) { group in
            try group.addTask(context: context) { use() }
            #expect(try #require(await group.next()) == (101, nil))
            group.addTask(context: snapshot) { use() }
            #expect(try #require(await group.next()) == (101, nil))
        }
        #expect(context[variable] == 201)
    }

    @Test func `A detached task, and one that is created without a context, has none`() async throws {
        #expect(await Task.detached { use() }.value == nothing)
        #expect(await Task.detached { await Task { use() }.value }.value == nothing)
        try await Context().run {
            try variable.set(1)
            #expect(await Task.detached { use() }.value == nothing)
        }
    }

    // MARK: Structured children

    @Test func `async let and a group's child borrow the parent's context, live`() async throws {
        try await Context().run {
            try variable.set(1)
            let (gate, open) = AsyncStream.makeStream(of: Void.self)
            async let first = {
                for await _ in gate {}
                return use()
            }()
            try await withThrowingTaskGroup(of: (Int, ContextError?).self) { group in
                let (inner, openInner) = AsyncStream.makeStream(of: Void.self)
                group.addTask {
                    for await _ in inner {}
                    return use()
                }
                try variable.set(2)
                openInner.finish()
                #expect(try #require(await group.next()) == borrowed(2))
            }
            try variable.set(3)
            open.finish()
            #expect(await first == borrowed(3))
        }
    }

    @Test func `An immediate child borrows the parent's context`() async throws {
        guard #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) else { return }
        try await Context().run {
            try variable.set(1)
            await withTaskGroup(of: (Int, ContextError?).self) { group in
                group.addImmediateTask { use() }
                group.addImmediateTask {
                    await Task.yield()
                    return use()
                }
                for await seen in group { #expect(seen == borrowed(1)) }
                variable.withValue(2) { group.addImmediateTask { use() } }
                for await seen in group { #expect(seen == borrowedCopy(2)) }
            }
            #expect(variable.get() == 1)
        }
    }

    @Test func `A child of a run in the body of a group has a copy, made when it is created`() async throws {
        try await Context().run {
            try variable.set(1)
            try await withThrowingTaskGroup(of: (Int, ContextError?).self) { group in
                try await Context().run {
                    try variable.set(2)
                    let (gate, open) = AsyncStream.makeStream(of: Void.self)
                    group.addTask {
                        for await _ in gate {}
                        return use()
                    }
                    try variable.set(3)
                    open.finish()
                    #expect(try #require(await group.next()) == borrowedCopy(2))
                }
                #expect(variable.get() == 1)
            }
        }
    }

    @Test func `async let and an inner group, in a run in the body of a group, have a copy too`() async throws {
        try await Context().run {
            try await withThrowingTaskGroup(of: Void.self) { _ in
                try await Context().run {
                    try variable.set(1)
                    let (gate, open) = AsyncStream.makeStream(of: Void.self)
                    async let child = {
                        for await _ in gate {}
                        return use()
                    }()
                    try await withThrowingTaskGroup(of: (Int, ContextError?).self) { inner in
                        let (innerGate, openInner) = AsyncStream.makeStream(of: Void.self)
                        inner.addTask {
                            for await _ in innerGate {}
                            return use()
                        }
                        try variable.set(2)
                        openInner.finish()
                        #expect(try #require(await inner.next()) == borrowedCopy(1))
                    }
                    open.finish()
                    #expect(await child == borrowedCopy(1))
                }
            }
        }
    }

    // MARK: What runs on somebody else's behalf

    @Test func `A handler of a cancellation or an escalation has the context of who causes it`() async throws {
        guard #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) else { return }
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (escalations, escalated) = AsyncStream.makeStream(of: Int.self)
        let (cancellations, cancelled) = AsyncStream.makeStream(of: Int.self)
        let task = Task(context: ContextSnapshot().with(variable, 1), priority: .low) {
            try await withTaskPriorityEscalationHandler {
                try await withTaskCancellationHandler {
                    start.finish()
                    try await Task.sleep(for: .seconds(3600))
                } onCancel: {
                    cancelled.yield(use().seen)
                    cancelled.finish()
                }
            } onPriorityEscalated: { _, _ in
                escalated.yield(use().seen)
                escalated.finish()
            }
        }
        for await _ in started {}
        variable.withValue(2) {
            task.escalatePriority(to: .high)
            #expect(variable.get() == 102, "the handler has set it")
        }
        for await seen in escalations { #expect(seen == 2) }
        variable.withValue(3) {
            task.cancel()
            #expect(variable.get() == 103, "the handler has set it")
        }
        for await seen in cancellations { #expect(seen == 3) }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @available(macOS 15.4, iOS 18.4, tvOS 18.4, watchOS 11.4, visionOS 2.4, *)
    @MainActor private final class Ending {
        let action: @MainActor () -> Void
        init(_ action: @escaping @MainActor () -> Void) { self.action = action }
        isolated deinit { action() }
    }

    // Run elsewhere, it is a job of its own. Run in place, the runtime hides task-local values from it.
    @Test func `An isolated deinitialiser that runs elsewhere has no context`() async throws {
        guard #available(macOS 15.4, iOS 18.4, tvOS 18.4, watchOS 11.4, visionOS 2.4, *) else { return }
        let (ends, end) = AsyncStream.makeStream(of: (seen: Int, refusal: ContextError?).self)
        try await Context().run {
            try variable.set(1)
            var ending: Ending? = await Ending {
                end.yield(use())
                #expect(variable.withValue(2) { variable.get() } == 2)
                end.finish()
            }
            #expect(ending != nil)
            ending = nil
            for await seen in ends { #expect(seen == nothing) }
        }
    }

    @Test @MainActor func `An isolated deinitialiser that runs in place has the context around it or none`()
        async throws
    {
        guard #available(macOS 15.4, iOS 18.4, tvOS 18.4, watchOS 11.4, visionOS 2.4, *) else { return }
        try await Context().run { () async throws in
            try variable.set(1)
            for _ in 0..<10 {
                var (inScope, used) = (0, nothing)
                _ = Ending {
                    inScope = variable.withValue(2) { variable.get() }
                    used = use()
                }
                #expect(inScope == 2)
                #expect(used == (1, nil) || used == nothing)
                #expect(variable.get() == (used.refusal == nil ? 101 : 1))
                try variable.set(1)
                await Task.yield()
            }
        }
    }

    private final class InlineExecutor: TaskExecutor, SerialExecutor {
        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
    }

    private actor Inline {
        let executor = InlineExecutor()
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
        func run<Result: Sendable>(_ body: @Sendable () -> Result) -> Result { body() }
    }

    @Test func `A task that an executor runs at once, in the middle of another one, keeps to its own context`()
        async throws
    {
        let executor = InlineExecutor()
        let inline = Inline()
        try await Context().run {
            try variable.set(1)
            let (first, second) = variable.withValue(2) {
                let first = Task(executorPreference: executor) { use() }
                let second = Task(executorPreference: executor) {
                    await variable.withValue(5) {
                        await Task.yield()
                        return use()
                    }
                }
                #expect(use() == (2, nil))
                return (first, second)
            }
            #expect(variable.get() == 1)
            #expect(await first.value == copied(2))
            #expect(await second.value == (5, nil))
            #expect(await inline.run { use() } == (1, nil))
            #expect(variable.get() == 101)
            await withTaskGroup(of: (Int, ContextError?).self) { group in
                group.addTask(executorPreference: executor) { use() }
                for await seen in group { #expect(seen == borrowed(101)) }
            }
            #expect(use() == (101, nil))
        }
    }

    private distributed actor Greeter {
        typealias ActorSystem = LocalTestingDistributedActorSystem
        let variable: ContextVar<Int>

        init(_ variable: ContextVar<Int>, actorSystem: ActorSystem) {
            self.variable = variable
            self.actorSystem = actorSystem
        }

        distributed func read() -> Int { variable.get() }
        distributed func set(_ value: Int) throws { try variable.set(value) }
    }

    @Test func `A call of a distributed actor in the same process runs in the caller's context`() async throws {
        let greeter = Greeter(variable, actorSystem: LocalTestingDistributedActorSystem())
        // The system keeps its actors, as they keep it.
        defer { greeter.actorSystem.resignID(greeter.id) }
        try await Context().run {
            try variable.set(1)
            #expect(try await greeter.read() == 1)
            try await greeter.set(2)
            #expect(variable.get() == 2)
        }
    }

    // MARK: Outside tasks

    @Test func `A thread outside tasks has no context`() async throws {
        #expect(await onNewThread { use() } == nothing)
    }

    @Test func `A thread state has what it entered, or a root`() throws {
        let (state, context) = (ThreadState(), Context())
        variable.set(1, in: state)
        try state.enter(context)
        #expect(variable.get(in: state) == 0)
        variable.set(2, in: state)
        try state.exit(context)
        #expect(variable.get(in: state) == 1)
        #expect(context[variable] == 2)
        #expect(variable.get() == 0)
    }
}
