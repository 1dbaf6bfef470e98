// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch
import Foundation
import Synchronization
import Testing

/// What a variable's value becomes where work is handed over.
@Suite struct InheritanceTests {
    static let plain = ContextVar("plain", default: 0)
    static let never = ContextVar("never", default: 0, inheritance: .never)
    static let neverOptional = ContextVar<String?>("never, optional", inheritance: .never)
    static let depth = ContextVar("depth", default: 0, inheritance: .transformed { $0 + 1 })
    static let path = ContextVar<[String]?>("path", inheritance: .transformed { $0.map { $0 + ["/"] } })

    private struct Seen: Equatable {
        var plain = InheritanceTests.plain.get()
        var never = InheritanceTests.never.get()
        var neverOptional = InheritanceTests.neverOptional.get()
        var depth = InheritanceTests.depth.get()
        var path = InheritanceTests.path.get()

        init() {}

        init(_ plain: Int, _ never: Int, _ neverOptional: String?, _ depth: Int, _ path: [String]?) {
            (self.plain, self.never, self.neverOptional) = (plain, never, neverOptional)
            (self.depth, self.path) = (depth, path)
        }

        /// Where everything was set.
        static let here = Seen(1, 2, "three", 4, ["a"])
        /// What that becomes on the other side.
        static let handedOver = Seen(1, 0, nil, 5, ["a", "/"])
        /// Where there is no context.
        static let defaults = Seen(0, 0, nil, 0, nil)
    }

    /// What a plain task has where, by the rules, it would see something.
    private func inPlainTask(_ seen: Seen) -> Seen { Level.inPlainTask(seen, orWithoutContext: .defaults) }

    /// Runs code where all variables are set.
    private func withAll(_ body: () async throws -> Void) async throws {
        try await Context().run {
            try Self.plain.set(1)
            try Self.never.set(2)
            try Self.neverOptional.set("three")
            try Self.depth.set(4)
            try Self.path.set(["a"])
            #expect(Seen() == .here)
            try await body()
            #expect(Seen() == .here)
        }
    }

    @Test func `An unstructured task has what the rules say, or no context`() async throws {
        try await withAll {
            #expect(await Task { Seen() }.value == inPlainTask(.handedOver))
            #expect(await Task.immediate { Seen() }.value == inPlainTask(.handedOver))
            let nested = await Task { await Task { Seen() }.value }.value
            #expect(nested == inPlainTask(Seen(1, 0, nil, 6, ["a", "/", "/"])))
            let unread = await Task { Task { Task { Seen() } } }.value.value.value
            let inUnread = inPlainTask(Seen(1, 0, nil, 7, ["a", "/", "/", "/"]))
            #expect(unread == inUnread, "each task hands over, used or not")
        }
    }

    @Test func `A task may set what it hasn't inherited`() async throws {
        @Sendable func setAndReset() throws {
            let token = try Self.never.set(7)
            #expect(Self.never.get() == 7)
            try Self.never.reset(token)
            #expect(Self.never.get() == 0)
        }
        try await withAll {
            try await Task(context: .current) { try setAndReset() }.value
            await Task {
                guard Level.tasksCopy else {
                    _ = #expect(throws: ContextError.noCurrentContext) { try Self.never.set(7) }
                    return
                }
                #expect(throws: Never.self) { try setAndReset() }
            }.value
        }
    }

    @Test func `A snapshot has what the rules say, once, wherever it runs`() async throws {
        try await withAll {
            let snapshot = ContextSnapshot.current
            #expect(snapshot[Self.never] == nil && snapshot[Self.depth] == 5)
            #expect(snapshot.run { Seen() } == .handedOver)
            #expect(snapshot.wrap { Seen() }() == .handedOver)
            #expect(await Task(context: .current) { Seen() }.value == .handedOver)
            let onQueue = await withCheckedContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(returning: snapshot.run { Seen() }) }
            }
            #expect(onQueue == .handedOver)
            let onThread = await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: snapshot.run { Seen() }) }
            }
            #expect(onThread == .handedOver)
            await withTaskGroup { group in
                group.addTask(context: snapshot) { Seen() }
                for await seen in group { #expect(seen == .handedOver) }
            }
        }
    }

    @Test func `Structured children borrow their parent's values as they are`() async throws {
        try await withAll {
            let parents = Level.inChild(Seen.here, orWithoutContext: .defaults)
            async let child = Seen()
            #expect(await child == parents)
            await withTaskGroup { group in
                group.addTask { Seen() }
                for await seen in group { #expect(seen == parents) }
            }
        }
    }

    @Test func `A child in a scope of a group's body has a copy, and so what the rules say`() async throws {
        try await withAll {
            await withTaskGroup { group in
                Self.plain.withValue(1) { group.addTask { Seen() } }
                for await seen in group { #expect(seen == inPlainTask(.handedOver)) }
            }
        }
    }

    @Test func `Scopes in the same task have all values`() async throws {
        try await withAll {
            #expect(ContextVar("other", default: 0).withValue(1) { Seen() } == .here)
            await Self.depth.withValue(4) { () async in
                await Task.yield()
                #expect(Seen() == .here)
            }
            // The value that a scope changes goes by its rule too.
            #expect(await Self.never.withValue(3) { Task { Self.never.get() } }.value == 0)
            let depthInTask = await Self.depth.withValue(10) { Task { Self.depth.get() } }.value
            #expect(depthInTask == Level.inPlainTask(11, orWithoutContext: 0))
            #expect(Self.depth.withValue(10) { ContextSnapshot.current[Self.depth] } == 11)
        }
    }

    @Test func `Copies of PEP 567 are complete, and a given context is as it is`() async throws {
        try await withAll {
            let copy = copyContext()
            #expect(copy[Self.never] == 2 && copy[Self.depth] == 4)
            let inCopy = try copy.run { Seen() }
            let inCopyOfCopy = try copy.copy().run { Seen() }
            let inTask = try await Task(context: copy) { Seen() }.value
            #expect(inCopy == .here && inCopyOfCopy == .here && inTask == .here)
            #expect(ContextSnapshot(copy)[Self.never] == 2)
        }
    }

    @Test func `Where a variable isn't set, nothing is called`() async throws {
        final class Counter: Sendable { let calls = Atomic(0) }
        let counter = Counter()
        let counting = ContextVar(
            "counting", default: 0,
            inheritance: .transformed {
                counter.calls.wrappingAdd(1, ordering: .relaxed)
                return $0
            })
        await Task { ContextSnapshot.current }.value.run {}
        #expect(counter.calls.load(ordering: .relaxed) == 0)
        let snapshot = counting.withValue(1) { ContextSnapshot.current }
        #expect(counter.calls.load(ordering: .relaxed) == 1 && snapshot[counting] == 1)
    }

    @Test func `A function may use contexts, and start tasks, while it is asked`() async throws {
        let other = ContextVar("other", default: 0)
        final class Started: Sendable { let tasks = Mutex<[Task<Int, Never>]>([]) }
        let started = Started()
        let starting = ContextVar(
            "starting", default: 0,
            inheritance: .transformed { value in
                other.withValue(value) {
                    let task = withoutContext { Task { other.get() } }
                    started.tasks.withLock { $0.append(task) }
                    return other.get() + 1
                }
            })
        try await Context().run {
            try starting.set(1)
            #expect(await Task { starting.get() }.value == Level.inPlainTask(2, orWithoutContext: 0))
            #expect(ContextSnapshot.current[starting] == 2)
            #expect(starting.get() == 1 && other.get() == 0)
        }
        let tasks = started.tasks.withLock { $0 }
        #expect(tasks.count == Level.inPlainTask(2, orWithoutContext: 1))
        for task in tasks { #expect(await task.value == 0) }
    }

    @Test func `A value that isn't inherited is released with its context`() async throws {
        final class Object: Sendable {}
        let variable = ContextVar<Object?>("object", inheritance: .never)
        weak var object: Object?
        let (task, ends): (Task<Bool, Never>, AsyncStream<Void>.Continuation) = {
            let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
            let new = Object()
            object = new
            let task = variable.withValue(new) {
                Task {
                    for await _ in stream {}
                    return variable.get() == nil
                }
            }
            return (task, continuation)
        }()
        #expect(object == nil)
        ends.finish()
        #expect(await task.value)
    }

    @Test func `Thousands of tasks at once go by the rules`() async throws {
        try await withAll {
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<50 {
                    group.addTask(context: .current) {
                        for step in 0..<50 {
                            let value = number * 100 + step
                            _ = try? Self.depth.set(value)
                            _ = try? Self.never.set(value)
                            let handedOver = Seen(1, 0, nil, value + 1, ["a", "/", "/"])
                            let inTask = await Task { Seen() }.value
                            guard inTask == inPlainTask(handedOver) else { return false }
                            let inTaskWithContext = await Task(context: .current) { Seen() }.value
                            guard inTaskWithContext == handedOver else { return false }
                        }
                        return true
                    }
                }
                for await isRight in group { #expect(isRight) }
            }
        }
    }
}
