// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import ContextVarsDispatch

/// Work that a queue runs later.
@Suite struct DispatchQueueTests {
    let variable = ContextVar("variable", default: 0)
    let queue = DispatchQueue(label: "queue")

    @Test func `Dispatch's own async loses the context`() async throws {
        let seen = try await Context().run {
            try variable.set(1)
            return await withCheckedContinuation { seen in
                queue.async {
                    #expect(throws: ContextError.noCurrentContext) { try variable.set(2) }
                    seen.resume(returning: variable.get())
                }
            }
        }
        #expect(seen == 0)
    }

    @Test func `Work has the values of the line that schedules it`() async throws {
        try await Context().run {
            try variable.set(1)
            let seen = await withCheckedContinuation { seen in
                queue.suspend()
                queue.async(context: .current) { seen.resume(returning: variable.get()) }
                #expect(throws: Never.self) { try variable.set(2) }
                queue.resume()
            }
            #expect(seen == 1)
        }
    }

    #if os(Linux) && !CONTEXTVARS_WITHOUT_QUEUE_FUNCTIONS
    @Test func `Swift's objects keep those of libdispatch where they are read`() {
        #expect(DispatchObjects.areKnown)
    }
    #endif

    @Test func `What work sets in its copy is seen by the work and the tasks that it starts only`() async throws {
        try await Context().run {
            try variable.set(1)
            let task = await withCheckedContinuation { started in
                queue.async(context: .current) {
                    #expect(throws: Never.self) { try variable.set(variable.get() + 1) }
                    started.resume(returning: Task { variable.get() })
                }
            }
            #expect(await task.value == 2)
            #expect(variable.get() == 1)
        }
    }

    @Test func `Work that is given a context changes it, and the context is free when the group is empty`() async throws
    {
        let (context, group) = (Context(), DispatchGroup())
        for round in 1...500 {
            try queue.async(group: group, qos: .userInitiated, flags: .enforceQoS, context: context) { [variable] in
                _ = try? variable.set(variable.get() + 1)
            }
            await withCheckedContinuation { isEmpty in group.notify(queue: .global()) { isEmpty.resume() } }
            #expect(context[variable] == round)
        }
    }

    @Test func `A context that is entered is refused, and nothing is scheduled`() throws {
        let context = Context()
        try context.run {
            #expect(throws: ContextError.alreadyEntered) { try queue.async(context: context) { Issue.record("ran") } }
        }
        queue.suspend()
        try queue.async(context: context) {}
        #expect(throws: ContextError.alreadyEntered) { try queue.async(context: context) { Issue.record("ran") } }
        #expect(throws: ContextError.alreadyEntered) { try context.run {} }
        queue.resume()
        queue.sync {}
        try context.run {}
    }

    @Test func `What work takes along is freed when it has run, and not before`() async {
        final class Object: Sendable {}
        let held = ContextVar<Object?>("held")
        let (value, captured) = (Weak(), Weak())
        let seen = Recorder<Bool>()
        queue.suspend()
        do {
            let object = captured.track(Object())
            held.withValue(value.track(Object())) {
                queue.async(context: .current) { [object] in
                    withExtendedLifetime(object) { seen.record(held.get() != nil) }
                }
            }
        }
        #expect(value.isAlive && captured.isAlive)
        queue.resume()
        await withCheckedContinuation { ended in queue.async { ended.resume() } }
        #expect(seen.elements == [true])
        #expect(!value.isAlive && !captured.isAlive)
    }

    @Test(arguments: [false, true])
    func `Work with a group, a quality of service and flags runs once, in its values`(_ withGroup: Bool) async {
        let seen = Recorder<Int>()
        let group = withGroup ? DispatchGroup() : nil
        let concurrent = DispatchQueue(label: "concurrent", attributes: .concurrent)
        let all: [DispatchWorkItemFlags] = [[], .barrier, .enforceQoS, [.barrier, .detached], .assignCurrentContext]
        for (number, flags) in all.enumerated() {
            for (round, qos) in [DispatchQoS.unspecified, .utility].enumerated() {
                variable.withValue(number * 10 + round) {
                    concurrent.async(group: group, qos: qos, flags: flags, context: .current) { [variable] in
                        seen.record(variable.get())
                    }
                }
            }
        }
        await withCheckedContinuation { ended in concurrent.async(flags: .barrier) { ended.resume() } }
        #expect(seen.elements.sorted() == [0, 1, 10, 11, 20, 21, 30, 31, 40, 41])
    }

    @Test func `Thousands of pieces of work on a concurrent queue each have their own copy`() async {
        let queue = DispatchQueue(label: "concurrent", attributes: .concurrent)
        let (results, report) = AsyncStream.makeStream(of: (seen: Int, number: Int).self)
        for number in 1...5000 {
            variable.withValue(number) {
                queue.async(context: .current) {
                    _ = try? variable.set(variable.get() * 2)
                    report.yield((variable.get(), number))
                }
            }
        }
        queue.async(flags: .barrier) { report.finish() }
        var count = 0
        for await result in results {
            #expect(result.seen == 2 * result.number)
            count += 1
        }
        #expect(count == 5000)
    }

    private enum Local {
        @TaskLocal static var id = "none"
    }

    @Test func `Work has the task-local values that snapshots carry`() async {
        ContextSnapshot.carry(Local.$id)
        for flags: DispatchWorkItemFlags in [[], .barrier] {
            let seen = await withCheckedContinuation { seen in
                Local.$id.withValue("a7") {
                    queue.async(flags: flags, context: .current) { seen.resume(returning: Local.id) }
                }
            }
            #expect(seen == "a7")
        }
    }

    // MARK: - After a time

    /// dotnet/corefx#32695: after work whose flow was suppressed, the next one on the thread read the values of the last.
    @Test func `Of work in a context nothing is left for the next work on the thread`() async throws {
        let seen = Recorder<String>()
        let note: @Sendable (String) -> Void = { [variable] name in
            let isRefused = (try? variable.set(variable.get() + 1)) == nil
            seen.record("\(name): \(isRefused ? "no context" : "\(variable.get())")")
        }
        try await Context().run {
            try variable.set(1)
            let (snapshot, given) = (ContextSnapshot.current, Context())
            queue.suspend()
            queue.async(context: .current) { note("copy") }
            queue.async { note("plain") }
            try queue.async(context: given) { note("given") }
            queue.async { note("plain") }
            withoutContext { queue.async(context: .current) { note("of none") } }
            queue.async(context: .current) { withoutContext { note("left") } }
            queue.async { note("plain") }
            queue.async(context: snapshot) { note("copy") }
            queue.resume()
            await withCheckedContinuation { ended in queue.async { ended.resume() } }
            #expect(variable.get() == 1)
        }
        #expect(
            seen.elements == [
                "copy: 2", "plain: no context", "given: 1", "plain: no context", "of none: 1", "left: no context",
                "plain: no context", "copy: 2",
            ])
    }

    @Test func `Delayed work has the values of the line that schedules it`() async {
        let snapshot = ContextSnapshot().with(variable, 1)
        let afterDeadline = await withCheckedContinuation { seen in
            queue.asyncAfter(deadline: .now() + .milliseconds(1), context: snapshot) {
                seen.resume(returning: variable.get())
            }
        }
        let afterWallDeadline = await withCheckedContinuation { seen in
            queue.asyncAfter(wallDeadline: .now() + .milliseconds(1), qos: .utility, context: snapshot) {
                seen.resume(returning: variable.get())
            }
        }
        #expect(afterDeadline == 1 && afterWallDeadline == 1)
    }

    @Test func `Delayed work has its context from the line that schedules it`() async throws {
        let context = Context()
        queue.suspend()
        try queue.asyncAfter(deadline: .now(), context: context) { _ = try? variable.set(1) }
        #expect(throws: ContextError.alreadyEntered) {
            try queue.asyncAfter(wallDeadline: .now(), context: context) { Issue.record("ran") }
        }
        queue.resume()
        await waitUntil { context[variable] == 1 }
        queue.sync {}
        try context.run { #expect(variable.get() == 1) }
    }

    @Test func `The context may be written before or after the other arguments`() async {
        let (variable, queue, group) = (
            ContextVar("variable", default: 0), DispatchQueue(label: "queue"), DispatchGroup()
        )
        let seen = await withCheckedContinuation { continuation in
            variable.withValue(1) {
                let seen = Mutex<[Int]>([])
                queue.async(context: .current, group: group, qos: .utility) {
                    seen.withLock { $0.append(variable.get()) }
                }
                queue.async(group: group, qos: .utility, context: .current) {
                    seen.withLock { $0.append(variable.get()) }
                }
                group.notify(context: .current, queue: queue) {
                    continuation.resume(returning: seen.withLock { $0 } + [variable.get()])
                }
            }
        }
        #expect(seen == [1, 1, 1])
    }
}
