// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Testing

/// What users would search for, and what they are told to write.
@Suite struct ContextErrorTests {
    let variable = ContextVar("request.id", default: 0)

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing was thrown"
        } catch { return "\(error)" }
    }

    @Test func `Each message names its subject, in CPython's words where it has them`() async throws {
        let context = Context()
        try context.run { try variable.set(1) }
        let token = try context.run { try variable.set(2) }
        let other = ContextVar("other", default: 0)

        let entered = try context.run { message { try context.run {} } }
        #expect(entered.hasPrefix("cannot enter context: <Context {request.id} at 0x"))
        #expect(entered.contains("is already entered") && entered.contains("copy()"))

        #expect(message { try other.reset(token) }.contains("was created by a different ContextVar"))
        try Context().run {
            #expect(message { try variable.reset(token) }.contains("was created in a different Context"))
        }
        try context.run {
            try variable.reset(token)
            let used = message { try variable.reset(token) }
            #expect(used.hasPrefix("<Token used var=<ContextVar name='request.id'"))
            #expect(used.contains("has already been used once"))
        }
        let state = ThreadState()
        #expect(message { try state.exit(context) }.contains("has not been entered"))
        try state.enter(context)
        try state.enter(Context())
        #expect(message { try state.exit(context) }.contains("is not the current context"))
        #expect(message { _ = try ContextVar<Int?>("tenant").require() }.contains("'tenant' has no value"))
        await Task.detached {
            let message = message { try variable.set(1) }
            #expect(message.contains("'request.id'") && message.contains("Task(context:)"))
        }.value
        try await Context().run {
            async let childMessage = message { try variable.set(1) }
            let message = await childMessage
            #expect(message.contains("withValue") && message.contains("group.addTask(context:)"))
        }
    }

    @Test func `Errors match the constants in catch clauses and comparisons`() async {
        await Task.detached {
            do throws(ContextError) {
                try variable.set(1)
            } catch .noCurrentContext {} catch { Issue.record("\(error)") }
            do {
                try untyped { try variable.set(1) }
            } catch ContextError.noCurrentContext {} catch { Issue.record("\(error)") }
            do throws(ContextError) {
                try variable.set(1)
            } catch { #expect(error == .noCurrentContext && error != .lookup && error.code == .noCurrentContext) }
        }.value
    }

    /// Forgets the type of the error.
    private func untyped(_ body: () throws -> Void) throws { try body() }

    /// The compiler of Swift 6.3 crashes on this where there are no asynchronous forms for bodies that throw nothing.
    @Test func `A catch that isn't exhaustive may stand beside scopes of both kinds`() async throws {
        try await Context().run {
            let token = try variable.set(1)
            variable.withValue(2) { #expect(variable.get() == 2) }
            await variable.withValue(2) {
                await Task.yield()
                #expect(variable.get() == 2)
            }
            ContextSnapshot.current.run { #expect(variable.get() == 1) }
            await ContextSnapshot.current.run {
                await Task.yield()
                #expect(variable.get() == 1)
            }
            await withoutContext {
                await Task.yield()
                #expect(variable.get() == 0)
            }
            do {
                try variable.reset(token)
                try variable.reset(token)
            } catch .tokenUsed {
                #expect(token.isUsed)
            }
        }
    }

    @Test func `Every code has a constant of its name`() {
        let constants: [ContextError] = [
            .noCurrentContext, .borrowedContext, .alreadyEntered, .notEntered, .notCurrent, .tokenUsed,
            .tokenFromDifferentVar, .tokenFromDifferentContext, .lookup,
        ]
        #expect(constants.map(\.code) == ContextError.Code.allCases)
        for constant in constants { #expect(constant.description.count > 40) }
    }
}
