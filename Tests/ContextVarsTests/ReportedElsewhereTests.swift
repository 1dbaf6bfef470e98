// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Synchronization
import TestSupport
import Testing

/// Faults that were reported of systems like this one, tried here.
@Suite(.timeLimit(.minutes(15))) struct ReportedElsewhereTests {
    let variable = ContextVar("variable", default: 0)

    /// swiftlang/swift#73217: a binding in the loop of a group's body ended the process.
    @Test func `A group's body may bind values between the children that it adds`() async throws {
        func numbers(_ count: Int) async -> [Int] {
            await variable.withValue(-1) {
                await Task.yield()
                return variable.withValue(-2) { Array(0..<count) }
            }
        }
        try await Context().run {
            try variable.set(1)
            let seen = await withTaskGroup { group in
                for number in await numbers(50) {
                    variable.withValue(number) { group.addTask { variable.get() } }
                    group.addTask { variable.get() }
                }
                return await group.reduce(into: [Int]()) { $0.append($1) }
            }
            let bound = (0..<50).map { Level.inPlainTask($0, orWithoutContext: 0) }
            let unbound = Array(repeating: Level.inChild(1, orWithoutContext: 0), count: 50)
            #expect(seen.sorted() == (bound + unbound).sorted())
        }
    }

    /// ktorio/ktor#5503: a value that an inner interceptor binds around what suspends was left for the outer one.
    @Test func `What an inner interceptor binds is gone in the outer one, however often the innermost suspends`()
        async throws
    {
        func innermost() async { for _ in 0..<5 { await Task.yield() } }
        func inner() async { await variable.withValue(2) { await innermost() } }
        func outer() async -> Int {
            await inner()
            return variable.get()
        }
        try await Context().run {
            try variable.set(1)
            for _ in 0..<50 {
                #expect(await outer() == 1)
                #expect(await Task { await outer() }.value == Level.inPlainTask(1, orWithoutContext: 0))
            }
        }
    }

    /// monix/monix#601: a binding around a task that had been cancelled was never undone.
    @Test func `A binding around a cancelled task is undone`() async throws {
        try await Context().run {
            try variable.set(1)
            let forked = Task { try await Task.sleep(for: .seconds(1000)) }
            forked.cancel()
            await #expect(throws: CancellationError.self) {
                try await variable.withValue(2) { try await forked.value }
            }
            #expect(variable.get() == 1)
        }
    }

    /// dotnet/coreclr#17758: once a value had been null, one change was reported several times.
    @Test func `A switch is one event for each watcher, and a change of a value is none, nil or not`() throws {
        let optional = ContextVar<Int?>("optional")
        let context = Context()
        let events = Recorder<Int>()
        let watchers = (0..<2).map { number in
            // Other tests switch as well.
            Context.addWatcher { event in
                if case .switched(to: let current?) = event, current === context { events.record(number) }
            }
        }
        for _ in 0..<2 {
            try context.run {
                for value in [1, nil, 2, nil] { try optional.set(value) }
            }
        }
        for watcher in watchers { #expect(Context.clearWatcher(watcher)) }
        #expect(events.elements.sorted() == [0, 0, 1, 1])
    }

    /// swiftlang/swift#76538: an isolated deinitialiser saw the task-local values of whoever released the object last.
    @Test @MainActor
    func `An isolated deinitialiser on another executor reads no values of whoever released the object`()
        async
    {
        guard #available(macOS 15.4, iOS 18.4, tvOS 18.4, watchOS 11.4, visionOS 2.4, *) else { return }
        @available(macOS 15.4, iOS 18.4, tvOS 18.4, watchOS 11.4, visionOS 2.4, *)
        @MainActor final class Ending: Sendable {
            let variable: ContextVar<Int>
            let seen: Recorder<Int>

            init(_ variable: ContextVar<Int>, _ seen: Recorder<Int>) { (self.variable, self.seen) = (variable, seen) }

            isolated deinit { seen.record(variable.get()) }
        }
        let seen = Recorder<Int>()
        let holder = Mutex<Ending?>(Ending(variable, seen))
        await Task.detached { [variable] in
            variable.withValue(1) { holder.withLock { $0 = nil } }
        }.value
        await waitUntil { !seen.elements.isEmpty }
        #expect(seen.elements == [0])
    }
}
