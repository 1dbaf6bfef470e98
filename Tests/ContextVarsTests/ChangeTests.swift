// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Synchronization
import TestSupport
import Testing

/// `onChange` of one variable, and the events of changes and copies.
///
/// Watchers are the process's, and tests run at once: each test looks at a variable of its own.
@Suite struct ChangeTests {
    let variable = ContextVar("variable", default: 0)
    let other = ContextVar("other", default: 0)

    /// What `onChange` tells of while a body runs.
    private func changes(during body: () async throws -> Void) async rethrows -> [[Int]] {
        let recorder = Recorder<[Int]>()
        let id = variable.onChange { old, new in recorder.record([old, new]) }
        defer { Context.clearWatcher(id) }
        try await body()
        return recorder.elements
    }

    // MARK: onChange

    @Test func `A function is told of set and reset, with both values`() async throws {
        let seen = try await changes {
            try Context().run {
                let token = try variable.set(1)
                try variable.set(2)
                try variable.reset(token)
            }
        }
        #expect(seen == [[0, 1], [1, 2], [2, 0]])
    }

    @Test func `A function is told of switches that change the value, and of no others`() async throws {
        let seen = try await changes {
            variable.withValue(1) {
                other.withValue(5) { variable.withValue(2) {} }
                withoutContext {}
            }
            await variable.withValue(3) { () async in await Task.yield() }
            try await Context().run { await Task.yield() }
            let snapshot = ContextSnapshot().with(variable, 4)
            snapshot.run {}
            await snapshot.run { () async in await Task.yield() }
        }
        #expect(
            seen == [
                [0, 1], [1, 2], [2, 1], [1, 0], [0, 1], [1, 0], [0, 3], [3, 0], [0, 4], [4, 0], [0, 4], [4, 0],
            ])
    }

    @Test func `A switch after a change tells of the changed value`() async throws {
        let seen = try await changes {
            let context = Context()
            try context.run { try variable.set(1) }
            try context.run { try variable.set(2) }
        }
        #expect(seen == [[0, 1], [1, 0], [0, 1], [1, 2], [2, 0]])
    }

    @Test func `A function isn't called where an unset variable gets a value equal to its default`() async throws {
        let seen = try await changes {
            variable.withValue(0) {}
            try Context().run {
                let token = try variable.set(0)
                try variable.reset(token)
                try variable.set(1)
            }
        }
        #expect(seen == [[0, 1], [1, 0]])
    }

    @Test func `A default that isn't equal to itself is the same all the same`() {
        let variable = ContextVar("variable", default: Double.nan)
        let recorder = Recorder<Double>()
        let id = variable.onChange { _, new in recorder.record(new) }
        defer { Context.clearWatcher(id) }
        variable.withValue(.nan) {}
        #expect(recorder.elements.isEmpty)
    }

    @Test func `A function that is told of a reset can't use the token again`() throws {
        let token = Mutex<Token<Int>?>(nil)
        let recorder = Recorder<ContextError.Code?>()
        let id = variable.onChange { [variable] _, new in
            guard new == 0, let token = token.withLock({ $0 }) else { return }
            do throws(ContextError) {
                try variable.reset(token)
                recorder.record(nil)
            } catch {
                recorder.record(error.code)
            }
        }
        defer { Context.clearWatcher(id) }
        try Context().run {
            let made = try variable.set(1)
            token.withLock { $0 = made }
            try variable.reset(made)
        }
        #expect(recorder.elements == [.tokenUsed])
    }

    @Test func `A function isn't called where the value is equal, nor for other variables`() async throws {
        let text = ContextVar("text", default: "")
        let recorder = Recorder<String>()
        let id = text.onChange { old, new in recorder.record(old + new) }
        defer { Context.clearWatcher(id) }
        let seen = try await changes {
            try Context().run {
                try variable.set(1)
                try variable.set(1)
                try other.set(1)
                variable.withValue(1) {}
                try text.set(String(repeating: "a", count: 100))
                try text.set(String(repeating: "a", count: 100))
            }
        }
        #expect(seen == [[0, 1], [1, 0]])
        #expect(recorder.elements == [String(repeating: "a", count: 100), String(repeating: "a", count: 100)])
    }

    @Test func `An optional variable is nil where it isn't set`() throws {
        let optional = ContextVar<Int?>("optional")
        let recorder = Recorder<[Int?]>()
        let id = optional.onChange { old, new in recorder.record([old, new]) }
        defer { Context.clearWatcher(id) }
        try Context().run { try optional.set(1) }
        #expect(recorder.elements == [[nil, 1], [1, nil]])
    }

    @Test func `A function that has ended isn't called`() throws {
        let recorder = Recorder<Int>()
        let id = variable.onChange { _, new in recorder.record(new) }
        #expect(Context.clearWatcher(id))
        #expect(!Context.clearWatcher(id))
        try Context().run { try variable.set(1) }
        #expect(recorder.elements.isEmpty)
    }

    @Test func `A function reads the new value, and may change variables without being told of it`() throws {
        let recorder = Recorder<Int>()
        let id = variable.onChange { _, new in
            recorder.record(variable.get())
            if new == 1 { _ = try? variable.set(10) }
            _ = try? other.set(new)
        }
        defer { Context.clearWatcher(id) }
        try Context().run {
            let token = try variable.set(1)
            #expect(variable.get() == 10 && other.get() == 1)
            try variable.reset(token)
            #expect(variable.get() == 0 && other.get() == 0)
        }
        #expect(recorder.elements == [1, 0])
    }

    @Test func `A function is told of a thread state's changes and switches`() async throws {
        let seen = try await changes {
            let (state, context) = (ThreadState(), Context())
            let token = variable.set(1, in: state)
            try state.enter(context)
            variable.set(2, in: state)
            try state.exit(context)
            try variable.reset(token, in: state)
        }
        #expect(seen == [[0, 1], [1, 0], [0, 2], [2, 1], [1, 0]])
    }

    @Test func `Many tasks at once are each told of their own changes`() async {
        final class Counter: Sendable { let count = Atomic(0) }
        let counter = Counter()
        let id = variable.onChange { old, new in
            if abs(new - old) % 1000 == 0 { counter.count.wrappingAdd(1, ordering: .relaxed) }
        }
        await withTaskGroup { group in
            for number in 1...50 {
                group.addTask {
                    for _ in 0..<20 {
                        await variable.withValue(number * 1000) { () async in
                            await Task.yield()
                            _ = try? variable.set(number * 2000)
                        }
                    }
                }
            }
        }
        Context.clearWatcher(id)
        #expect(counter.count.load(ordering: .relaxed) == 50 * 20 * 3)
    }

    // MARK: Events

    /// The events of changes of the variable, and of copies that an own task or thread makes, while a body runs.
    private func events(during body: () async throws -> Void) async rethrows -> [String] {
        let recorder = Recorder<String>()
        let variable = variable
        let id = Context.addWatcher { event in
            switch event {
            case .switched: break
            case .changed(let changed, let old, let new):
                guard changed === variable else { return }
                recorder.record("changed \(old.map { "\($0)" } ?? "-") \(new.map { "\($0)" } ?? "-")")
            case .copied(let copy):
                guard variable.get() != 0 else { return }
                recorder.record("copied \(copy.map { "\($0[variable] ?? 0)" } ?? "for a task")")
            }
        }
        defer { Context.clearWatcher(id) }
        try await body()
        return recorder.elements
    }

    @Test func `A watcher is told of each change`() async throws {
        let seen = try await events {
            try Context().run {
                let token = try variable.set(1)
                try variable.set(1)
                try variable.reset(token)
            }
        }
        #expect(seen == ["changed - 1", "changed 1 1", "changed 1 -"])
    }

    @Test func `A watcher is told of each copy`() async throws {
        let seen = try await events {
            try await variable.withValue(1) {
                _ = copyContext()
                _ = copyContext().copy()
                await Task {}.value
                await withTaskGroup { $0.addTask {} }
                _ = ContextSnapshot.current
                try await Context().run { await Task {}.value }
            }
        }
        let forTasks = Level.inPlainTask(["copied for a task"], orWithoutContext: [])
        #expect(seen == ["copied 1", "copied 1", "copied 1"] + forTasks)
    }

    @Test func `A call that throws changes nothing that a watcher could be told of`() async throws {
        let seen = try await events {
            let token = try Context().run { try variable.set(1) }
            await Task.detached {
                _ = #expect(throws: ContextError.noCurrentContext) { try variable.set(2) }
            }.value
            try Context().run {
                #expect(throws: ContextError.tokenFromDifferentContext) { try variable.reset(token) }
            }
        }
        #expect(seen == ["changed - 1"])
    }
}
