// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Testing

@Suite struct TokenTests {
    let variable = ContextVar("variable", default: 0)

    @Test func `Resetting restores the value before, and the default where there was none`() throws {
        let context = Context()
        try context.run {
            let first = try variable.set(1)
            let second = try variable.set(2)
            try variable.reset(second)
            #expect(variable.get() == 1)
            try variable.reset(first)
            #expect(variable.get() == 0)
        }
        #expect(!context.contains(variable))
    }

    @Test func `Tokens may be used in any order`() throws {
        try Context().run {
            let first = try variable.set(1)
            let second = try variable.set(2)
            try variable.reset(first)
            #expect(variable.get() == 0)
            try variable.reset(second)
            #expect(variable.get() == 1)
        }
    }

    @Test func `A token tells its variable, its context and the value before`() throws {
        let context = Context()
        try context.run {
            let first = try variable.set(1)
            #expect(first.var === variable)
            #expect(first.context == context.id)
            #expect(first.oldValue == .missing)
            #expect(try variable.set(2).oldValue == .value(1))
        }
    }

    @Test func `A token is used once`() throws {
        try Context().run {
            let token = try variable.set(1)
            #expect(!token.isUsed)
            try variable.reset(token)
            #expect(token.isUsed)
            try variable.set(5)
            #expect(throws: ContextError.tokenUsed) { try variable.reset(token) }
            #expect(variable.get() == 5)
        }
    }

    @Test func `A token works with its variable only`() throws {
        let other = ContextVar("variable", default: 0)
        try Context().run {
            let token = try variable.set(1)
            #expect(throws: ContextError.tokenFromDifferentVar) { try other.reset(token) }
            #expect(!token.isUsed)
            try variable.reset(token)
        }
    }

    @Test func `A token works in its context only, and is unused after the attempt`() throws {
        let context = Context()
        let token = try context.run { try variable.set(1) }
        try context.copy().run {
            #expect(throws: ContextError.tokenFromDifferentContext) { try variable.reset(token) }
            #expect(variable.get() == 1)
        }
        try context.run { try variable.reset(token) }
        #expect(context.isEmpty)
    }

    @Test func `A token doesn't work in the copy that a task got`() async throws {
        try await Context().run {
            let token = try variable.set(1)
            await Task {
                let refusal = Level.tasksCopy ? ContextError.tokenFromDifferentContext : .noCurrentContext
                _ = #expect(throws: refusal) { try variable.reset(token) }
            }.value
            try variable.reset(token)
        }
    }

    @Test func `Where several mistakes meet, CPython's first check wins`() throws {
        let other = ContextVar("other", default: 0)
        let token = try Context().run {
            let token = try variable.set(1)
            try variable.reset(token)
            return token
        }
        #expect(throws: ContextError.tokenUsed) { try other.reset(token) }
        let unused = try Context().run { try variable.set(1) }
        #expect(throws: ContextError.tokenFromDifferentVar) { try other.reset(unused) }
    }

    @Test func `A description names the variable and says whether the token is used`() throws {
        try Context().run {
            let token = try variable.set(1)
            #expect(token.description.hasPrefix("<Token var=<ContextVar name='variable' default=0 at 0x"))
            try variable.reset(token)
            #expect(token.description.hasPrefix("<Token used var=<ContextVar name='variable' default=0 at 0x"))
        }
    }
}
