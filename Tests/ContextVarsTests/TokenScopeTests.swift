// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Testing

/// `token.scope { }`: CPython 3.14's `with var.set(x):`.
@Suite struct TokenScopeTests {
    private struct Failure: Error {}

    @Test func `The end of a scope restores what was there before the token`() throws {
        let variable = ContextVar("v", default: 0)
        try Context().run {
            try variable.set(1)
            let token = try variable.set(2)
            let seen = try token.scope { variable.get() }
            #expect(seen == 2)
            #expect(variable.get() == 1)
            #expect(token.isUsed)
        }
    }

    @Test func `A variable that wasn't set is not set after its scope`() throws {
        let variable = ContextVar("v", default: 0)
        let context = Context()
        try context.run {
            try variable.set(1).scope { #expect(context.contains(variable)) }
            #expect(!context.contains(variable))
        }
    }

    @Test func `A scope whose body throws restores, and throws the same`() throws {
        let variable = ContextVar("v", default: 0)
        try Context().run {
            #expect(throws: Failure.self) {
                try variable.set(1).scope { throw Failure() }
            }
            #expect(variable.get() == 0)
        }
    }

    @Test func `Scopes can be nested`() throws {
        let variable = ContextVar("v", default: 0)
        try Context().run {
            try variable.set(1).scope {
                try variable.set(2).scope { #expect(variable.get() == 2) }
                #expect(variable.get() == 1)
            }
            #expect(variable.get() == 0)
        }
    }

    @Test func `A scope keeps what else was set in it`() throws {
        let scoped = ContextVar("scoped", default: 0)
        let other = ContextVar("other", default: 0)
        try Context().run {
            try scoped.set(1).scope { _ = try other.set(2) }
            #expect(scoped.get() == 0)
            #expect(other.get() == 2)
        }
    }

    @Test func `A token is good for one scope`() throws {
        let variable = ContextVar("v", default: 0)
        try Context().run {
            let token = try variable.set(1)
            try token.scope {}
            #expect(throws: ContextError.tokenUsed) { try token.scope {} }
        }
    }

    @Test func `A token is a scope in its own context only`() throws {
        let variable = ContextVar("v", default: 0)
        let token = try Context().run { try variable.set(1) }
        try Context().run {
            #expect(throws: ContextError.tokenFromDifferentContext) { try token.scope {} }
        }
    }

    @Test func `A scope spans suspensions, and restores when its task is cancelled`() async throws {
        let variable = ContextVar("v", default: 0)
        try await Context().run {
            try await variable.set(1).scope {
                await Task.yield()
                #expect(variable.get() == 1)
            }
            #expect(variable.get() == 0)
        }

        let context = Context()
        let task = try Task(context: context) {
            try await variable.set(1).scope {
                try? await Task.sleep(for: .seconds(60))
                #expect(variable.get() == 1)
                try Task.checkCancellation()
            }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!context.contains(variable))
    }
}
