// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Testing

/// Thread states that start with the values of another, and what runs while a value ends.
@Suite struct ThreadStateInheritanceTests {
    private let variable = ContextVar("v", default: 0)

    @Test func `An inheriting state starts with a copy`() throws {
        let starter = ThreadState()
        variable.set(1, in: starter)
        let inheriting = ThreadState(inheriting: starter)
        variable.set(2, in: starter)
        #expect(variable.get(in: inheriting) == 1)
        variable.set(3, in: inheriting)
        #expect(variable.get(in: starter) == 2)
    }

    @Test func `An inheriting state copies the context that is entered`() throws {
        let starter = ThreadState()
        let context = Context()
        try starter.enter(context)
        variable.set(1, in: starter)
        let inheriting = ThreadState(inheriting: starter)
        #expect(variable.get(in: inheriting) == 1)
        #expect(inheriting.context !== context)
        #expect(throws: ContextError.notCurrent) { try inheriting.exit(context) }
        try starter.exit(context)
        #expect(variable.get(in: starter) == 0)
    }

    @Test func `The root of an inheriting state is entered`() {
        let inheriting = ThreadState(inheriting: ThreadState())
        #expect(throws: ContextError.alreadyEntered) { try inheriting.enter(inheriting.context) }
    }

    /// Calls back into the state when it ends.
    private final class Value: Sendable {
        let atEnd: @Sendable () -> Void
        init(atEnd: @escaping @Sendable () -> Void) { self.atEnd = atEnd }
        deinit { atEnd() }
    }

    @Test func `A value that ends in a reset may use the state`() throws {
        let state = ThreadState()
        let holder = ContextVar<Value?>("holder")
        let counter = variable
        let token = holder.set(Value { counter.set(counter.get(in: state) + 1, in: state) }, in: state)
        try holder.reset(token, in: state)
        #expect(counter.get(in: state) == 1)
    }
}
