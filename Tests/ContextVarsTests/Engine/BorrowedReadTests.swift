// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ContextVars

/// Structured children that read their parent's values without a lock while it changes them: `reader.c`, `Version.swift`.
@Suite(.timeLimit(.minutes(15))) struct BorrowedReadTests {
    let number = ContextVar("number", default: 0)
    let text = ContextVar("text", default: "")
    let object = ContextVar<Object?>("object")

    final class Object: Sendable {
        let value: Int
        private let check: Int
        init(_ value: Int) { (self.value, check) = (value, ~value) }
        var isWhole: Bool { value == ~check }
    }

    /// Runs each job on a new thread: queues have no more threads than there are processors.
    private final class ThreadForEach: TaskExecutor {
        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    /// How many of its objects have ended.
    private final class Count: Sendable { let ended = Atomic<Int>(0) }

    private final class Counted: Sendable {
        let count: Count
        init(_ count: Count) { self.count = count }
        deinit { count.ended.add(1, ordering: .relaxed) }
    }

    #if DEBUG
    private let sets = 3000
    #else
    private let sets = 100_000
    #endif

    /// Has children do something again and again while the parent makes changes, each after at least one round of them.
    private func whileChildren(
        _ count: Int = 6, do work: @escaping @Sendable () -> Void,
        parent: nonisolated(nonsending) () async throws -> Void
    ) async rethrows {
        final class State: Sendable {
            let isOver = Atomic<Bool>(false)
            let running = Atomic<Int>(0)
        }
        let state = State()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    state.running.add(1, ordering: .relaxed)
                    repeat {
                        work()
                        await Task.yield()
                    } while !state.isOver.load(ordering: .relaxed)
                }
            }
            while state.running.load(ordering: .relaxed) == 0 { await Task.yield() }
            do {
                try await parent()
            } catch {
                state.isOver.store(true, ordering: .relaxed)
                throw error
            }
            state.isOver.store(true, ordering: .relaxed)
        }
    }

    @Test func `Children see values that were set, whole and in order, small and large ones`() async throws {
        try await Context().run {
            try number.set(1)
            try text.set("value 1, too long for a string's own bytes")
            try object.set(Object(1))
            let last = Atomic<Int>(1)
            try await whileChildren {
                let earliest = last.load(ordering: .acquiring)
                for _ in 0..<10 {
                    let (first, second) = (number.get(), object.get())
                    let words = text.get()
                    guard Level.childrenBorrow else {
                        #expect(first == 0 && second == nil && words == "")
                        continue
                    }
                    #expect(first >= earliest && (second?.isWhole ?? false) && second!.value >= earliest)
                    #expect(words.hasPrefix("value ") && words.hasSuffix("own bytes"))
                }
            } parent: {
                for value in 2...sets {
                    try text.set("value \(value), too long for a string's own bytes")
                    try object.set(Object(value))
                    try number.set(value)
                    last.store(value, ordering: .releasing)
                }
            }
            #expect(number.get() == sets)
        }
    }

    @Test func `Children in a scope that lends its values see what is set there`() async throws {
        let snapshot = ContextSnapshot().with(number, 1).with(text, "lent").with(object, Object(1))
        try await snapshot.run { () async throws in
            try await whileChildren {
                let seen = object.get()
                guard Level.childrenBorrow else { return #expect(seen == nil) }
                #expect(seen?.isWhole ?? false)
                #expect(number.get() >= 1 && text.get() == "lent")
            } parent: {
                for value in 2...sets { try object.set(Object(value)) }
            }
        }
        #expect(snapshot[object]??.value == 1)
        try await object.withValue(Object(1)) { () async throws in
            try await whileChildren {
                #expect(object.get()?.isWhole == Level.inChild(true, orWithoutContext: nil))
            } parent: {
                for value in 2...sets {
                    try number.set(value)
                    try object.set(Object(value))
                }
            }
        }
    }

    // With the ThreadSanitizer, this has crashed: the address of a version was retained as a map's.
    @Test func `A scope that a child has read gives snapshots of what was set since`() async throws {
        for value in 1...100 {
            try await number.withValue(value) { () async throws in
                async let child = number.get()
                #expect(await child == Level.inChild(value, orWithoutContext: 0))
                try text.set("set since")
                let snapshot = ContextSnapshot.current
                #expect(snapshot[number] == value && snapshot[text] == "set since")
            }
        }
    }

    @Test func `Children see many variables come and go`() async throws {
        let variables = (0..<100).map { ContextVar("variable \($0)", default: Object?.none) }
        try await Context().run {
            try await whileChildren {
                for variable in variables {
                    if let seen = variable.get() { #expect(seen.isWhole) }
                }
                _ = copyContext()
            } parent: {
                for round in 1...(sets / 50) {
                    let tokens = try variables.map { try $0.set(Object(round)) }
                    for (variable, token) in zip(variables, tokens).reversed() { try variable.reset(token) }
                }
            }
            #expect(copyContext().isEmpty)
        }
    }

    @Test func `Children ask where values come from while their parent's context is made an object`() async throws {
        // So many that the last ones have no bit of their own.
        let variables = (0..<100).map { ContextVar("variable \($0)", default: 0) }
        for _ in 0..<(sets / 1000) {
            try await variables[0].withValue(1) { () async throws in
                for variable in variables[64..<80] { try variable.set(1) }
                try await whileChildren(2) {
                    let expected = Level.inChild(AnyContextVar.Source.setHere, orWithoutContext: .defaultValue)
                    for variable in variables[64..<80] { #expect(variable.source == expected) }
                } parent: {
                    let watcher = Context.addWatcher { _ in }
                    defer { Context.clearWatcher(watcher) }
                    variables[1].withValue(1) {}
                    for variable in variables[80...] { try variable.set(1) }
                }
            }
        }
    }

    @Test func `Tasks that children create while the parent sets have one moment of its context`() async throws {
        try await Context().run {
            try number.set(0)
            try object.set(Object(0))
            let (tasks, created) = AsyncStream.makeStream(
                of: Task<Bool, Never>.self, bufferingPolicy: .bufferingOldest(2000))
            try await whileChildren(3) {
                let task = Task {
                    let seen = object.get()
                    return Level.tasksCopy ? seen!.isWhole && number.get() <= seen!.value : seen == nil
                }
                created.yield(task)
            } parent: {
                for value in 1...(sets / 4) {
                    try object.set(Object(value))
                    try number.set(value)
                }
            }
            created.finish()
            for await task in tasks { #expect(await task.value) }
        }
    }

    @Test func `A parent that is read goes back to changing in place, and what it replaced ends`() async throws {
        let (count, counted) = (Count(), ContextVar<Counted?>("counted"))
        try await Context().run {
            try counted.set(Counted(count))
            var sets = 0
            for limit in [Version.firstLimit, Version.laterLimit, Version.laterLimit] {
                async let child = counted.get() != nil
                #expect(await child == Level.childrenBorrow)
                // At most this many are kept for children that may still be reading.
                let kept = Level.childrenBorrow ? limit + 2 : 0
                for _ in 1...600 {
                    try counted.set(Counted(count))
                    sets += 1
                    let alive = sets - count.ended.load(ordering: .relaxed)
                    #expect(alive <= kept, "after \(sets) sets")
                }
            }
            // Once they are released, each ends at once.
            let before = count.ended.load(ordering: .relaxed)
            try counted.set(nil)
            #expect(count.ended.load(ordering: .relaxed) > before)
        }
        #expect(count.ended.load(ordering: .relaxed) == 1801)
    }

    @Test func `What a parent replaced ends, also where some child is always reading`() async throws {
        let (count, counted) = (Count(), ContextVar<Counted?>("counted"))
        final class Readers: Sendable {
            let begun = Atomic<Int>(0)
            let isOver = Atomic<Bool>(false)
        }
        let (executor, readers, sets) = (ThreadForEach(), Readers(), max(sets, 20_000))
        try await Context().run {
            try counted.set(Counted(count))
            try await withThrowingTaskGroup(of: Bool.self) { group in
                defer { readers.isOver.store(true, ordering: .relaxed) }
                // More than there are processors: who is interrupted while it reads, has its mark until it goes on.
                for _ in 0..<16 {
                    group.addTask(executorPreference: executor) {
                        var isRead = true
                        readers.begun.add(1, ordering: .relaxed)
                        while !readers.isOver.load(ordering: .relaxed) { isRead = isRead && counted.get() != nil }
                        return isRead
                    }
                }
                while readers.begun.load(ordering: .relaxed) < 16 { await Task.yield() }
                var most = 0
                for set in 1...sets {
                    try counted.set(Counted(count))
                    most = max(most, set - count.ended.load(ordering: .relaxed))
                }
                #expect(most <= sets / 2)
                readers.isOver.store(true, ordering: .relaxed)
                for try await isRead in group { #expect(isRead == Level.childrenBorrow) }
            }
        }
        #expect(count.ended.load(ordering: .relaxed) == sets + 1)
    }

    @Test func `What children have read ends with its scope, also where they ran on many threads`() async throws {
        weak var last: Object?
        for _ in 0..<50 {
            try await Context().run {
                let strong = Object(1)
                last = strong
                try object.set(strong)
                await withTaskGroup { group in
                    for _ in 0..<8 {
                        group.addTask { #expect((object.get() != nil) == Level.childrenBorrow) }
                    }
                }
                try object.set(Object(2))
            }
            #expect(last == nil)
        }
    }

    @Test func `A child that finds the lock taken leaves word, and may read once somebody takes it again`() async {
        let context = Context()
        nonisolated(unsafe) let storage = context.storage
        let published = UInt8(CONTEXTVARS_PUBLISHED)
        _ = contextvars_storage_lock(storage)
        let (readings, begun) = AsyncStream.makeStream(of: Bool.self)
        Thread.detachNewThread {
            let reading = contextvars_prepare_and_begin_reading(storage)
            begun.yield(contextvars_storage_has_flag(storage, published))
            contextvars_end_reading(reading.reader!)
            begun.finish()
        }
        while !contextvars_storage_has_flag(storage, UInt8(CONTEXTVARS_WANTED)) { await Task.yield() }
        #expect(!contextvars_storage_has_flag(storage, published))
        contextvars_storage_unlock(storage)
        // The child may be faster: it is the same for everybody who takes the lock after that.
        let mayChangeInPlace = contextvars_storage_lock(storage)
        #expect(!mayChangeInPlace && contextvars_storage_has_flag(storage, published))
        for await sees in readings { #expect(sees) }
        contextvars_storage_unlock(storage)
        withExtendedLifetime(context) {}
    }

    @Test func `A child's copy outlives the parent's changes and its scope`() async throws {
        let snapshots = try await Context().run {
            try number.set(1)
            async let child = ContextSnapshot.current
            let first = await child
            try number.set(2)
            async let second = ContextSnapshot.current
            let seen = [first, await second]
            for value in 3...100 { try number.set(value) }
            return seen
        }
        #expect(snapshots.map { $0[number] } == Level.inChild([1, 2], orWithoutContext: [nil, nil]))
    }
}
