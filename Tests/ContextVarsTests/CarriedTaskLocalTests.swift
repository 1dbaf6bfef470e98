// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

/// Task locals that snapshots carry.
@Suite struct CarriedTaskLocalTests {
    enum Local {
        @TaskLocal static var id: String?
        @TaskLocal static var depth = 0
        @TaskLocal static var object: Object?
        @TaskLocal static var notCarried: String?
    }

    final class Object: Sendable {}
    struct Failure: Error {}

    let variable = ContextVar("variable", default: 0)

    init() {
        // Every test's instance registers them again, on several threads at once.
        ContextSnapshot.carry(Local.$id)
        ContextSnapshot.carry(Local.$depth)
        ContextSnapshot.carry(Local.$object)
        ContextSnapshot.carry(Scope.self)
    }

    // MARK: Where values are lost otherwise

    @Test func `A queue sees the carried values, and no others`() async {
        await Local.$id.withValue("a7") {
            await Local.$notCarried.withValue("lost") {
                let snapshot = ContextSnapshot.current
                await onQueue {
                    #expect(Local.id == nil, "without the snapshot all is lost")
                    snapshot.run { #expect(Local.id == "a7" && Local.notCarried == nil) }
                    #expect(Local.id == nil)
                }
            }
        }
    }

    @Test func `A thread, and a detached task, see the carried values beside the variables`() async {
        let snapshot = Local.$id.withValue("a7") {
            variable.withValue(3) { Local.$depth.withValue(2) { ContextSnapshot.current } }
        }
        let seen = await withCheckedContinuation { continuation in
            Thread.detachNewThread { snapshot.run { continuation.resume(returning: self.seen) } }
        }
        #expect(seen == "a7 2 3")
        let detached = await Task.detached {
            await snapshot.run {
                await Task.yield()
                return self.seen
            }
        }.value
        #expect(detached == "a7 2 3")
    }

    @Test func `A wrapped function sees the carried values at each call`() async throws {
        let (sync, throwing, async) = Local.$id.withValue("a7") {
            let snapshot = ContextSnapshot.current
            return (
                snapshot.wrap { @Sendable (number: Int, text: String) in "\(Local.id ?? "-") \(number) \(text)" },
                snapshot.wrap { @Sendable () throws(Failure) -> String in throw Failure() },
                snapshot.wrap { @Sendable (number: Int) async -> String in
                    await Task.yield()
                    return "\(Local.id ?? "-") \(number)"
                }
            )
        }
        await onQueue {
            #expect(sync(1, "x") == "a7 1 x" && sync(2, "y") == "a7 2 y")
            #expect(throws: Failure.self) { try throwing() }
            #expect(Local.id == nil)
        }
        #expect(await Task.detached { await async(3) }.value == "a7 3")
    }

    @Test func `A task with a snapshot has its values, not those of the creator`() async {
        let snapshot = Local.$id.withValue("a7") { ContextSnapshot.current.with(variable, 5) }
        await Local.$id.withValue("creator") {
            let task = Task(context: snapshot) {
                await Task.yield()
                return await Task { seen }.value
            }
            #expect(await task.value == Level.inPlainTask("a7 0 5", orWithoutContext: "a7 0 0"))
            #expect(Local.id == "creator")
        }
    }

    @Test func `Children with a snapshot have its values, in every kind of group`() async throws {
        let snapshot = Local.$id.withValue("a7") { ContextSnapshot.current.with(variable, 5) }
        let check: @Sendable () async -> Void = {
            #expect(seen == "a7 0 5")
            await Task.yield()
            #expect(seen == "a7 0 5")
        }
        await Local.$id.withValue("parent") {
            await withTaskGroup { group in
                for _ in 0..<20 { group.addTask(context: snapshot, operation: check) }
                group.addTask { #expect(Local.id == "parent") }
            }
            await withDiscardingTaskGroup { group in
                for _ in 0..<20 { group.addTask(context: snapshot, operation: check) }
            }
        }
        try await withThrowingTaskGroup { group in
            group.addTask(context: snapshot, operation: check)
            try await group.waitForAll()
        }
        try await withThrowingDiscardingTaskGroup { group in group.addTask(context: snapshot, operation: check) }
    }

    // MARK: What is restored

    @Test func `Having no value, or the default, is carried too`() async {
        let snapshot = ContextSnapshot.current
        await Local.$id.withValue("runner") {
            await Local.$depth.withValue(9) {
                snapshot.run { #expect(Local.id == nil && Local.depth == 0) }
                await snapshot.run {
                    await Task.yield()
                    #expect(Local.id == nil && Local.depth == 0)
                }
                await Task(context: snapshot) { #expect(Local.id == nil && Local.depth == 0) }.value
                #expect(Local.id == "runner" && Local.depth == 9)
            }
        }
    }

    @Test func `A snapshot of a context, or of nothing, leaves the runner's task locals alone`() throws {
        let context = Context()
        try Local.$id.withValue("set here") { try context.run { try variable.set(1) } }
        Local.$id.withValue("runner") {
            ContextSnapshot(context).run { #expect(seen == "runner 0 1") }
            ContextSnapshot().with(variable, 2).run { #expect(seen == "runner 0 2") }
        }
    }

    @Test func `A snapshot that was taken before a task local was chosen doesn't carry it`() {
        let late = TaskLocal<String?>(wrappedValue: nil)
        let before = late.withValue("a7") { ContextSnapshot.current }
        ContextSnapshot.carry(late)
        let after = late.withValue("a7") { ContextSnapshot.current }
        late.withValue("runner") {
            before.run { #expect(late.get() == "runner") }
            after.run { #expect(late.get() == "a7") }
        }
    }

    @Test func `What a body throws goes through, and everything is restored`() async {
        let snapshot = Local.$id.withValue("a7") { ContextSnapshot.current }
        do throws(Failure) {
            try snapshot.run { () throws(Failure) in throw Failure() }
            Issue.record("it must throw")
        } catch { #expect(Local.id == nil) }
        do throws(Failure) {
            try await snapshot.run { () async throws(Failure) in
                await Task.yield()
                throw Failure()
            }
            Issue.record("it must throw")
        } catch { #expect(Local.id == nil) }
        let task = Task(context: snapshot) { () async throws -> Int in throw Failure() }
        await #expect(throws: Failure.self) { try await task.value }
    }

    @Test func `Asynchronous code never leaves the caller's actor`() async {
        let snapshot = Local.$id.withValue("a7") { ContextSnapshot.current }
        await Counter().count(in: snapshot)
    }

    private actor Counter {
        var others = 0

        func count(in snapshot: ContextSnapshot) async {
            // These get their turn as soon as the actor is free, if only for a moment.
            let tasks = (0..<100).map { _ in Task(priority: .high) { others += 1 } }
            let id = await snapshot.run { () async in
                await CarriedTaskLocalTests.checkIsolation(to: self)
                return Local.id
            }
            #expect(id == "a7" && others == 0)
            for task in tasks { await task.value }
            #expect(others == 100)
        }

    }

    nonisolated(nonsending) private static func checkIsolation(to actor: Counter) async {
        #expect(#isolation === actor)
    }

    // MARK: Nesting

    @Test func `Bindings of both kinds nest in any order, across suspensions`() async {
        await withTaskGroup { group in
            for number in 0..<50 {
                group.addTask { await nest(depth: 8, id: "\(number)") }
            }
        }
    }

    private func nest(depth: Int, id: String) async {
        guard depth > 0 else { return }
        await Local.$id.withValue(id) {
            await variable.withValue(depth) {
                let snapshot = ContextSnapshot.current
                await Local.$id.withValue("hidden") {
                    let seen = await snapshot.run {
                        await Local.$depth.withValue(depth) {
                            await Task.yield()
                            async let child = Task { self.seen }.value
                            await nest(depth: depth - 1, id: id + ".")
                            return await [child, self.seen]
                        }
                    }
                    let copied = Level.inPlainTask(depth, orWithoutContext: 0)
                    #expect(seen == ["\(id) \(depth) \(copied)", "\(id) \(depth) \(depth)"])
                    #expect(Local.id == "hidden")
                    snapshot.run {
                        snapshot.with(variable, -1).run { #expect(Local.id == id && variable.get() == -1) }
                        #expect(Local.id == id && variable.get() == depth)
                    }
                }
            }
        }
    }

    // MARK: Values behind functions

    /// Hides its task local, and counts how often it is read.
    enum Scope: ScopedValue {
        @TaskLocal private static var name = "none"
        @TaskLocal static var reads: Reads?

        final class Reads: Sendable { let count = Atomic<Int>(0) }

        static var current: String {
            reads?.count.add(1, ordering: .relaxed)
            return name
        }

        static func withValue<Result, Failure: Error>(
            _ name: String, operation: () throws(Failure) -> Result
        ) throws(Failure) -> Result {
            var outcome: Swift.Result<Result, Failure>?
            $name.withValue(name) { outcome = Swift.Result { () throws(Failure) in try operation() } }
            return try outcome!.get()
        }

        nonisolated(nonsending) static func withValue<Result, Failure: Error>(
            _ name: String, operation: nonisolated(nonsending) () async throws(Failure) -> Result
        ) async throws(Failure) -> Result {
            try await withValue(name, isolation: #isolation, operation)
        }

        private static func withValue<Result, Failure: Error>(
            _ name: String, isolation: isolated (any Actor)?,
            _ operation: nonisolated(nonsending) () async throws(Failure) -> Result
        ) async throws(Failure) -> Result {
            do {
                return try await $name.withValue(name) {
                    _ = isolation
                    return try await operation()
                }
            } catch {
                throw error as! Failure
            }
        }
    }

    @Test func `A value behind functions is carried like a task local`() async throws {
        let snapshot = Scope.withValue("a7") { ContextSnapshot.current }
        await onQueue {
            snapshot.run { #expect(Scope.current == "a7") }
            #expect(Scope.current == "none")
        }
        let seen = try await Task.detached {
            try await snapshot.run { () async throws -> String in
                await Task.yield()
                return Scope.current
            }
        }.value
        #expect(seen == "a7")
        #expect(await Task(context: snapshot) { Scope.current }.value == "a7")
    }

    @Test func `Choosing a value again changes nothing`() {
        for _ in 0..<3 { ContextSnapshot.carry(Scope.self) }
        let reads = Scope.Reads()
        _ = Scope.$reads.withValue(reads) { ContextSnapshot.current }
        #expect(reads.count.load(ordering: .relaxed) == 1)
    }

    @Test func `Any number of threads may choose task locals at once`() async {
        let locals = (0..<12).map { _ in TaskLocal(wrappedValue: -1) }
        await withTaskGroup { group in
            for start in 0..<8 {
                group.addTask {
                    for index in locals.indices {
                        ContextSnapshot.carry(locals[(start * 5 + index) % locals.count])
                        _ = ContextSnapshot.current
                    }
                }
            }
        }
        for (index, local) in locals.enumerated() {
            let snapshot = local.withValue(index) { ContextSnapshot.current }
            snapshot.run { #expect(local.get() == index) }
        }
    }

    // MARK: Cost

    @Test func `A carried value lives as long as the snapshot, and no longer`() async {
        weak var object: Object?
        var snapshot: ContextSnapshot?
        var function: (@Sendable () -> Bool)?
        do {
            let strong = Object()
            object = strong
            Local.$object.withValue(strong) {
                snapshot = .current
                function = snapshot?.wrap { Local.object != nil }
            }
        }
        #expect(object != nil && function?() == true)
        snapshot = nil
        #expect(object != nil && function?() == true)
        function = nil
        await waitUntil { object == nil }
        #expect(object == nil)
    }

    @Test func `A task keeps what its snapshot carried until it ends`() async {
        weak var object: Object?
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        let task = {
            let strong = Object()
            object = strong
            return Local.$object.withValue(strong) {
                Task(context: .current) {
                    for await _ in stream {}
                    return Local.object != nil
                }
            }
        }()
        #expect(object != nil)
        end.finish()
        #expect(await task.value)
        await waitUntil { object == nil }
        #expect(object == nil)
    }

    @Test func `A snapshot takes three words at most, whatever it carries`() {
        #expect(MemoryLayout<ContextSnapshot>.stride <= 3 * MemoryLayout<Int>.size)
    }

    // MARK: Helpers

    private var seen: String { "\(Local.id ?? "-") \(Local.depth) \(variable.get())" }
}
