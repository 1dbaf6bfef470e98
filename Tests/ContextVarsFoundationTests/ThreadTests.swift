// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsFoundation
import Foundation
import TestSupport
import Testing

/// Threads that are started in a context.
@Suite(.timeLimit(.minutes(15))) struct ThreadTests {
    let variable = ContextVar("variable", default: 0)

    @Test func `A plain thread has no context`() async {
        let seen = await withCheckedContinuation { seen in
            variable.withValue(1) {
                Thread.detachNewThread { seen.resume(returning: variable.get()) }
            }
        }
        #expect(seen == 0)
    }

    @Test func `A thread has a copy of the values of the line that detaches it`() async throws {
        try await Context().run {
            try variable.set(1)
            let seen = await withCheckedContinuation { seen in
                Thread.detachNewThread(context: .current) {
                    #expect(throws: Never.self) { try variable.set(variable.get() + 1) }
                    seen.resume(returning: variable.get())
                }
            }
            #expect(seen == 2 && variable.get() == 1)
        }
    }

    @Test func `A thread has the values of its creation, not of its start`() async {
        let seen = await withCheckedContinuation { seen in
            let thread = variable.withValue(1) {
                Thread(context: .current) { seen.resume(returning: variable.get()) }
            }
            variable.withValue(2) { thread.start() }
        }
        #expect(seen == 1)
    }

    @Test func `A thread changes the context that it is given, and then frees it`() async throws {
        let context = Context()
        try Thread(context: context) { _ = try? variable.set(1) }.start()
        await waitUntil { isFree(context) }
        #expect(context[variable] == 1)
        try Thread.detachNewThread(context: context) { _ = try? variable.set(2) }
        await waitUntil { isFree(context) }
        #expect(context[variable] == 2)
    }

    @Test func `A context that is entered is refused`() throws {
        let context = Context()
        try context.run {
            #expect(throws: ContextError.alreadyEntered) { try Thread(context: context) { Issue.record("ran") } }
            #expect(throws: ContextError.alreadyEntered) {
                try Thread.detachNewThread(context: context) { Issue.record("ran") }
            }
        }
    }

    @Test func `A thread that is never started lets go of its context when it is gone`() throws {
        let context = Context()
        do {
            let thread = try Thread(context: context) { Issue.record("ran") }
            #expect(!isFree(context) && !thread.isExecuting)
        }
        #expect(isFree(context))
    }

    @Test func `A thread's values die with it`() async {
        let (object, objects) = (Weak(), ContextVar<Object?>("object"))
        Thread.detachNewThread(context: ContextSnapshot().with(objects, object.track(Object()))) {
            #expect(objects.get() != nil)
        }
        await waitUntil { !object.isAlive }
        #expect(!object.isAlive)
    }
}
