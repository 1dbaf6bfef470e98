import ContextVars
import Testing

/// `token.scope { }`: CPython 3.14's `with var.set(x):`.
struct TokenScopeTests {
    private struct Failure: Error {}

    @Test func restoresAtTheEnd() throws {
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

    @Test func unsetsWhatWasUnset() throws {
        let variable = ContextVar("v", default: 0)
        let context = Context()
        try context.run {
            try variable.set(1).scope { #expect(context.contains(variable)) }
            #expect(!context.contains(variable))
        }
    }

    @Test func restoresAfterAnErrorAndThrowsIt() throws {
        let variable = ContextVar("v", default: 0)
        try Context().run {
            #expect(throws: Failure.self) {
                try variable.set(1).scope { throw Failure() }
            }
            #expect(variable.get() == 0)
        }
    }

    @Test func nests() throws {
        let variable = ContextVar("v", default: 0)
        try Context().run {
            try variable.set(1).scope {
                try variable.set(2).scope { #expect(variable.get() == 2) }
                #expect(variable.get() == 1)
            }
            #expect(variable.get() == 0)
        }
    }

    @Test func keepsWhatElseWasSet() throws {
        let scoped = ContextVar("scoped", default: 0)
        let other = ContextVar("other", default: 0)
        try Context().run {
            try scoped.set(1).scope { _ = try other.set(2) }
            #expect(scoped.get() == 0)
            #expect(other.get() == 2)
        }
    }

    @Test func aTokenIsOneScope() throws {
        let variable = ContextVar("v", default: 0)
        try Context().run {
            let token = try variable.set(1)
            try token.scope {}
            #expect(throws: ContextError.tokenUsed) { try token.scope {} }
        }
    }

    @Test func endsInItsOwnContextOnly() throws {
        let variable = ContextVar("v", default: 0)
        let token = try Context().run { try variable.set(1) }
        try Context().run {
            #expect(throws: ContextError.tokenFromDifferentContext) { try token.scope {} }
        }
    }

    @Test func spansSuspensionsAndCancellation() async throws {
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
