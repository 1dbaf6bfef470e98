// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsDispatch
import Dispatch
import Synchronization
import Testing

/// Work for which the caller waits: `sync` and `concurrentPerform`.
@Suite struct DispatchQueueWaitingTests {
    let variable = ContextVar("variable", default: 0)
    let queue = DispatchQueue(label: "queue")

    struct Failure: Error, Equatable {
        var value: Int
    }

    @Test func `Work runs in a copy of the snapshot, and its result comes back`() throws {
        try Context().run {
            try variable.set(1)
            let result = queue.sync(context: ContextSnapshot().with(variable, 5)) {
                _ = try? variable.set(variable.get() + 1)
                return variable.get()
            }
            #expect(result == 6)
            #expect(try queue.sync(flags: .barrier, context: .current) { try variable.set(2).oldValue } == .value(1))
            #expect(variable.get() == 1, "the plain `sync` would have changed it")
            try queue.sync { _ = try variable.set(3) }
            #expect(variable.get() == 3)
        }
    }

    @Test func `An error of the work comes back with its type`() {
        do throws(Failure) {
            try queue.sync(context: ContextSnapshot().with(variable, 5)) { () throws(Failure) in
                throw Failure(value: variable.get())
            }
            Issue.record("no error")
        } catch { #expect(error == Failure(value: 5)) }
    }

    @Test func `Work runs in a context, whose values stay`() throws {
        let context = Context()
        #expect(try queue.sync(context: context) { try variable.set(7).var } === variable)
        #expect(context[variable] == 7)
        #expect(throws: Failure(value: 7)) {
            try queue.sync(context: context) { throw Failure(value: variable.get()) }
        }
        try context.run {}
    }

    @Test func `The caller's own context is refused`() throws {
        let context = Context()
        try context.run {
            #expect(throws: ContextError.alreadyEntered) {
                try queue.sync(context: context) { Issue.record("ran") }
            }
        }
    }

    @Test func `A serial queue guards a context for many callers`() async throws {
        let context = Context()
        await withTaskGroup { group in
            for _ in 0..<200 {
                group.addTask {
                    #expect(throws: Never.self) {
                        try queue.sync(context: context) { _ = try variable.set(variable.get() + 1) }
                    }
                }
            }
        }
        #expect(context[variable] == 200)
    }

    @Test func `Each iteration has a copy of its own`() throws {
        let wrong = Atomic(0)
        let sum = Atomic(0)
        try Context().run {
            try variable.set(1)
            DispatchQueue.concurrentPerform(iterations: 1000, context: .current) { iteration in
                if variable.get() != 1 { wrong.add(1, ordering: .relaxed) }
                _ = try? variable.set(iteration)
                sum.add(variable.get(), ordering: .relaxed)
            }
            #expect(variable.get() == 1)
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
        #expect(sum.load(ordering: .relaxed) == 499_500)
    }
}
