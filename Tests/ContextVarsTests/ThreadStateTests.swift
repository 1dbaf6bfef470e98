// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Testing

@Suite struct ThreadStateTests {
    let variable = ContextVar("variable", default: 0)
    let state = ThreadState()

    @Test func `A state has a root context, made on demand, that lasts`() {
        let root = state.context
        #expect(root.isEmpty)
        variable.set(1, in: state)
        #expect(state.context === root)
        #expect(root[variable] == 1)
        #expect(variable.get(in: state) == 1)
        #expect(variable.get(in: ThreadState()) == 0)
    }

    @Test func `Contexts are entered and exited like a stack`() throws {
        let (outer, inner) = (Context(), Context())
        try state.enter(outer)
        #expect(state.context === outer)
        try state.enter(inner)
        variable.set(2, in: state)
        #expect(inner[variable] == 2 && outer[variable] == nil)
        try state.exit(inner)
        #expect(state.context === outer && variable.get(in: state) == 0)
        try state.exit(outer)
        #expect(state.context !== outer)
    }

    @Test func `Entering a context twice is refused, whoever has it`() async throws {
        let context = Context()
        try state.enter(context)
        #expect(throws: ContextError.alreadyEntered) { try state.enter(context) }
        #expect(throws: ContextError.alreadyEntered) { try ThreadState().enter(context) }
        #expect(throws: ContextError.alreadyEntered) { try context.run {} }
        #expect(throws: ContextError.alreadyEntered) { try Task(context: context) {} }
        try state.exit(context)
        try context.run {
            _ = #expect(throws: ContextError.alreadyEntered) { try state.enter(context) }
        }
        #expect(throws: ContextError.alreadyEntered) { try ThreadState().enter(state.context) }
    }

    @Test func `Exiting what isn't entered or isn't current is refused`() throws {
        let (outer, inner) = (Context(), Context())
        #expect(throws: ContextError.notEntered) { try state.exit(outer) }
        try state.enter(outer)
        try state.enter(inner)
        #expect(throws: ContextError.notCurrent) { try state.exit(outer) }
        #expect(throws: ContextError.notCurrent) { try ThreadState().exit(inner) }
        try state.exit(inner)
        #expect(throws: ContextError.notEntered) { try state.exit(inner) }
        try inner.run {
            _ = #expect(throws: ContextError.notCurrent) { try state.exit(inner) }
        }
    }

    @Test func `Tokens are checked as in tasks`() throws {
        let context = Context()
        let token = variable.set(1, in: state)
        try state.enter(context)
        #expect(throws: ContextError.tokenFromDifferentContext) { try variable.reset(token, in: state) }
        try state.exit(context)
        try variable.reset(token, in: state)
        #expect(variable.get(in: state) == 0)
        #expect(throws: ContextError.tokenUsed) { try variable.reset(token, in: state) }
    }

    @Test func `What describes a variable's default may use the state, also where a token is refused`() throws {
        struct Loud: Sendable, CustomDebugStringConvertible {
            let state: ThreadState
            var debugDescription: String { "default of \(state.context)" }
        }
        let variable = ContextVar("variable", default: Loud(state: state))
        let token = variable.set(Loud(state: state), in: state)
        try variable.reset(token, in: state)
        let error = #expect(throws: ContextError.tokenUsed) { try variable.reset(token, in: state) }
        #expect(error?.description.contains("default of <Context") == true)
    }

    @Test func `A state that ends exits its contexts`() throws {
        let context = Context()
        do {
            let state = ThreadState()
            try state.enter(context)
        }
        try context.run {}
    }

    @Test func `One token works once, whatever number of threads try`() async {
        for _ in 0..<50 {
            let token = variable.set(1, in: state)
            let successes = await withTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask { (try? variable.reset(token, in: state)) == nil ? 0 : 1 }
                }
                return await group.reduce(0, +)
            }
            #expect(successes == 1)
        }
    }
}
