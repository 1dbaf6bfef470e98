// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import Synchronization
import Testing

/// Watchers are the process's, and tests run at once: each test counts only the switches to contexts of its own.
@Suite struct WatcherTests {
    private final class SwitchRecorder: Sendable {
        let known: [Context]
        let seen = Mutex<[Int]>([])

        init(_ known: [Context]) { self.known = known }

        func record(_ event: Context.Event) {
            guard case .switched(let context?) = event,
                let index = known.firstIndex(where: { $0 === context })
            else { return }
            seen.withLock { $0.append(index) }
        }
    }

    @Test func `A watcher is told of each switch, with the context that became current`() async throws {
        let (outer, inner) = (Context(), Context())
        let recorder = SwitchRecorder([outer, inner])
        let id = Context.addWatcher(recorder.record)
        defer { Context.clearWatcher(id) }
        try outer.run { try inner.run {} }
        #expect(recorder.seen.withLock { $0 } == [0, 1, 0])
        await #expect(throws: CancellationError.self) {
            try await outer.run {
                try await inner.run { await Task.yield() }
                throw CancellationError()
            }
        }
        #expect(recorder.seen.withLock { $0 } == [0, 1, 0, 0, 1, 0])
    }

    @Test func `A thread state's switches are reported`() throws {
        let (outer, inner) = (Context(), Context())
        let recorder = SwitchRecorder([outer, inner])
        let id = Context.addWatcher(recorder.record)
        defer { Context.clearWatcher(id) }
        let state = ThreadState()
        try state.enter(outer)
        try state.enter(inner)
        try state.exit(inner)
        try state.exit(outer)
        #expect(recorder.seen.withLock { $0 } == [0, 1, 0])
    }

    @Test func `The end of the outermost run is a switch to no context`() async throws {
        let ends = Mutex(0)
        let marker = ContextVar("marker", default: false)
        let ended = await Task.detached {
            let id = Context.addWatcher { event in
                if case .switched(to: nil) = event, Marks.isMine { ends.withLock { $0 += 1 } }
            }
            defer { Context.clearWatcher(id) }
            return Marks.$isMine.withValue(true) {
                marker.withValue(true) { marker.get() }
            }
        }.value
        #expect(ended)
        #expect(ends.withLock { $0 } == 1)
    }

    private enum Marks {
        @TaskLocal static var isMine = false
    }

    @Test func `A watcher that is cleared isn't called, and can't be cleared again`() throws {
        let context = Context()
        let recorder = SwitchRecorder([context])
        let id = Context.addWatcher(recorder.record)
        #expect(Context.clearWatcher(id))
        #expect(!Context.clearWatcher(id))
        try context.run {}
        #expect(recorder.seen.withLock { $0 }.isEmpty)
    }

    @Test func `A watcher may use contexts itself`() throws {
        let context = Context()
        let variable = ContextVar("variable", default: 0)
        let calls = Mutex(0)
        let id = Context.addWatcher { event in
            guard case .switched(let current?) = event, current === context else { return }
            variable.withValue(1) { calls.withLock { $0 += variable.get() } }
        }
        defer { Context.clearWatcher(id) }
        try context.run {}
        #expect(calls.withLock { $0 } == 1)
    }

    @Test func `A watcher of the first scope in a process may wait for a thread that opens one too`() async {
        await #expect(processExitsWith: .success) {
            let variable = ContextVar("variable", default: 0)
            let isFirst = Atomic(true)
            Context.addWatcher { _ in
                guard isFirst.exchange(false, ordering: .relaxed) else { return }
                _ = RuntimeSupport.current
                let isDone = DispatchSemaphore(value: 0)
                Thread.detachNewThread {
                    variable.withValue(1) {}
                    isDone.signal()
                }
                isDone.wait()
            }
            variable.withValue(2) {}
        }
    }

    @Test func `A task that a watcher starts is watched like any other`() async throws {
        let (context, inTask) = (Context(), Context())
        let recorder = SwitchRecorder([inTask])
        let recording = Context.addWatcher(recorder.record)
        let tasks = Mutex<[Task<Void, any Error>]>([])
        let starting = Context.addWatcher { event in
            guard case .switched(let current?) = event, current === context else { return }
            tasks.withLock { $0.append(Task { try inTask.run {} }) }
        }
        try context.run {}
        for task in tasks.withLock({ $0 }) { try await task.value }
        Context.clearWatcher(starting)
        Context.clearWatcher(recording)
        #expect(recorder.seen.withLock { $0 } == [0])
    }

    @Test func `What a watcher keeps alive may use contexts and watchers when it ends`() async {
        final class Ending: Sendable {
            let action: @Sendable () -> Void
            init(_ action: @escaping @Sendable () -> Void) { self.action = action }
            deinit { action() }
        }
        let variable = ContextVar("variable", default: 0)
        let (ends, end) = AsyncStream.makeStream(of: Int.self)
        func add() -> Context.WatcherID {
            let ending = Ending {
                variable.withValue(1) { _ = end.yield(variable.get()) }
                Context.clearWatcher(Context.addWatcher { _ in })
                end.finish()
            }
            return Context.addWatcher { _ in withExtendedLifetime(ending) {} }
        }
        #expect(Context.clearWatcher(add()))
        // It may end a little later: another test's switch may be calling the watcher at this moment.
        var seen: [Int] = []
        for await value in ends { seen.append(value) }
        #expect(seen == [1])
    }

    // A child whose scope ends makes its parent's context for the watchers, at a moment when the parent reads its own. (Where
    // there are watchers when a scope begins, its context is made at once.)
    @Test func `A parent copies its context right while a child makes it for a watcher`() async {
        final class Signal: Sendable {
            let isGiven = Atomic<Bool>(false)
        }
        let (variable, other) = (ContextVar("variable", default: 0), ContextVar("other", default: 0))
        for _ in 1...2000 {
            await variable.withValue(42) { () async in
                let id = Context.addWatcher { _ in }
                let signal = Signal()
                async let child: Void = other.withValue(1) { signal.isGiven.store(true, ordering: .relaxed) }
                while !signal.isGiven.load(ordering: .relaxed) { await Task.yield() }
                #expect(ContextSnapshot.current[variable] == 42)
                await child
                Context.clearWatcher(id)
            }
        }
    }
}
