// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import TestSupport
import Testing

/// More faults that were reported of systems like this one: values that get lost, or stay, where control flows unusually.
@Suite(.timeLimit(.minutes(15))) struct ReportedElsewhereFlowTests {
    let variable = ContextVar("variable", default: 0)

    /// Runs each piece of a task on a new thread, and notes what is left there after it.
    private final class NewThreads: TaskExecutor {
        let left = Recorder<Int?>()
        private let variable: ContextVar<Int>

        init(leaving variable: ContextVar<Int>) { self.variable = variable }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            // contextvars:ignore what an executor runs has its task's context
            Thread.detachNewThread { [self] in
                job.runSynchronously(on: asUnownedTaskExecutor())
                // A context that was left could be changed.
                left.record((try? variable.set(9)).map { _ in variable.get() })
            }
        }
    }

    /// micronaut-projects/micronaut-core#3106: what one thread had set was cleared on the thread on which the request
    /// ended, and stayed on the first one, for other requests.
    @Test func `A scope that ends on another thread leaves nothing on any`() async throws {
        let executor = NewThreads(leaving: variable)
        let snapshot = ContextSnapshot().with(variable, 3)
        try await Task(executorPreference: executor) { [variable] in
            for _ in 0..<50 {
                try await Context().run {
                    try variable.set(1)
                    await variable.withValue(2) {
                        await Task.yield()
                        #expect(variable.get() == 2)
                        await snapshot.run {
                            await Task.yield()
                            #expect(variable.get() == 3)
                        }
                        #expect(variable.get() == 2)
                    }
                    await Task.yield()
                    #expect(variable.get() == 1)
                }
            }
        }.value
        await waitUntil { executor.left.elements.count >= 150 }
        #expect(executor.left.elements.count >= 150 && executor.left.elements.allSatisfy { $0 == nil })
    }

    /// nodejs/node#45848: whether the caller saw what an awaited function had set depended on where it had suspended.
    @Test func `What an awaited function sets is the caller's too, wherever the function suspends`() async throws {
        func set(_ value: Int, suspendingBefore: Bool, after: Bool) async throws {
            if suspendingBefore { await Task.yield() }
            try variable.set(value)
            if after { await Task.yield() }
        }
        try await Context().run {
            for (value, (before, after)) in [(false, false), (true, false), (false, true), (true, true)].enumerated() {
                try await set(value, suspendingBefore: before, after: after)
                #expect(variable.get() == value)
                let task = Task { try await set(-1, suspendingBefore: before, after: after) }
                _ = await task.result
                #expect(variable.get() == value)
            }
        }
    }

    /// lukehaas/RunJS#642: an error that left a scope took the values from the callbacks that were scheduled in it.
    @Test func `An error that leaves a scope takes nothing from what was handed over in it`() async throws {
        struct Failure: Error {}
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        var later: (@Sendable () -> Int)?
        var task: Task<Int, Never>?
        #expect(throws: Failure.self) {
            try Context().run {
                try variable.set(1)
                later = ContextSnapshot.current.wrap { [variable] in variable.get() }
                task = Task(context: .current) { [variable] in
                    for await _ in released {}
                    return variable.get()
                }
                throw Failure()
            }
        }
        #expect(variable.get() == 0)
        release.finish()
        #expect(later?() == 1)
        #expect(await task?.value == 1)
    }

    /// MagicStack/contextvars#14: work under a timeout had no values, and what came after it had none either.
    @Test func `Work under a timeout has its caller's values, and its end changes none of them`() async throws {
        struct TimedOut: Error {}
        func withTimeout(_ operation: @escaping @Sendable () async throws -> Int) async throws -> Int {
            try await withThrowingTaskGroup { group in
                group.addTask(context: .current) { try await operation() }
                group.addTask { throw TimedOut() }
                defer { group.cancelAll() }
                return try #require(try await group.next())
            }
        }
        let seen = Recorder<Int>()
        try await Context().run {
            try variable.set(1)
            await #expect(throws: TimedOut.self) {
                _ = try await withTimeout { [variable] in
                    try variable.set(variable.get() + 1)
                    try? await Task.sleep(for: .seconds(1000))
                    seen.record(variable.get())
                    return 0
                }
            }
            #expect(seen.elements == [2])
            #expect(variable.get() == 1)
        }
    }

    /// jsbueno/extracontext#4: two generators that took turns read each other's values.
    @Test func `Two producers that take turns each read what they have set themselves`() async throws {
        func producer(_ name: Int) -> some AsyncSequence<Int, any Error> {
            AsyncStream { (continuation: AsyncStream<Int>.Continuation) in
                for number in 0..<3 { continuation.yield(number) }
                continuation.finish()
            }
            .map { [variable] number in
                if number == 0 { try variable.set(name) }
                await Task.yield()
                return variable.get()
            }
            .inOwnContext(from: .current)
        }
        try await Context().run {
            try variable.set(1)
            var (first, second) = (producer(10).makeAsyncIterator(), producer(20).makeAsyncIterator())
            var seen: [Int?] = []
            for _ in 0..<3 {
                seen += [try await first.next(), try await second.next()]
                #expect(variable.get() == 1)
            }
            #expect(seen == [10, 20, 10, 20, 10, 20])
        }
    }

    /// swiftlang/swift#81771: children within a `do` ended the process, since memory was freed in another order than that
    /// in which it was allocated.
    @Test func `Children within a do, within scopes, end in order`() async throws {
        func read() async throws -> Int {
            await Task.yield()
            return variable.get()
        }
        func sum(_ number: Int) async -> Int {
            await variable.withValue(number) {
                do {
                    async let first = read()
                    async let second = ContextSnapshot().with(variable, 100).run { try await read() }
                    let sum = try await first + second
                    return variable.withValue(sum) { variable.get() }
                } catch {
                    return -1
                }
            }
        }
        for number in 0..<100 {
            let read = Level.inChild(number, orWithoutContext: 0)
            #expect(await sum(number) == read + 100)
        }
    }

    /// haskell-unordered-containers/unordered-containers#32: with 17 keys, the removal of one made another one vanish.
    @Test(arguments: [1, 2, 8, 16, 17, 18, 33, 100])
    func `A variable that loses its value takes no other's`(_ count: Int) throws {
        let variables = (0..<count).map { ContextVar("variable \($0)", default: -1) }
        try Context().run {
            var tokens: [Token<Int>] = []
            for (number, variable) in variables.enumerated() { tokens.append(try variable.set(number)) }
            for (gone, token) in tokens.enumerated() {
                try variables[gone].reset(token)
                #expect(variables.map { $0.get() } == variables.indices.map { $0 <= gone ? -1 : $0 })
            }
        }
    }
}
