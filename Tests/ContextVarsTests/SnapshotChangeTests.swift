// SPDX-License-Identifier: Apache-2.0
import ContextVars
import TestSupport
import Testing

/// Values that an integration puts into a snapshot one after the other, as those of a request's header.
@Suite struct SnapshotChangeTests {
    enum Local {
        @TaskLocal static var id: String?
    }

    final class Object: Sendable {}

    let number = ContextVar("number", default: 0)
    let text = ContextVar<String?>("text")

    @Test func `set changes the snapshot, and neither its copies nor the context that it is of`() throws {
        try Context().run {
            try number.set(1)
            var snapshot = ContextSnapshot.current
            let copy = snapshot
            snapshot.set(number, to: 2)
            snapshot.set(text, to: "a")
            #expect(snapshot[number] == 2 && snapshot[text] == "a")
            #expect(copy[number] == 1 && copy[text] == nil)
            #expect(number.get() == 1 && text.get() == nil)
            snapshot.run { #expect(number.get() == 2 && text.get() == "a") }
        }
    }

    @Test func `nil is a value`() {
        var snapshot = ContextSnapshot().with(text, "a")
        snapshot.set(text, to: nil)
        #expect(snapshot[text] == .some(nil))
    }

    @Test(arguments: [1, 2, 8, 16, 17, 18, 64, 300])
    func `Any number of variables can be set, with a copy kept at each step or none`(_ count: Int) {
        let variables = (0..<count).map { ContextVar("variable \($0)", default: -1) }
        var alone = ContextSnapshot()
        var shared = ContextSnapshot()
        var copies: [ContextSnapshot] = []
        for (index, variable) in variables.enumerated() {
            alone.set(variable, to: index)
            copies.append(shared)
            shared.set(variable, to: index)
        }
        for (index, variable) in variables.enumerated() { alone.set(variable, to: index * 2) }
        for (index, variable) in variables.enumerated() {
            #expect(alone[variable] == index * 2 && shared[variable] == index)
            #expect(copies[index][variable] == nil)
            #expect(copies[count - 1][variable] == (index < count - 1 ? index : nil))
        }
    }

    @Test func `A snapshot that carries task-local values carries them afterwards`() {
        ContextSnapshot.carry(Local.$id)
        var snapshot = Local.$id.withValue("a7") { ContextSnapshot.current }
        snapshot.set(number, to: 1)
        snapshot.set(text, to: "b")
        snapshot.run { #expect(Local.id == "a7" && number.get() == 1 && text.get() == "b") }
    }

    @Test func `The value before is freed with the last snapshot that has it`() {
        let variable = ContextVar<Object?>("object")
        let (first, second) = (Weak(), Weak())
        var snapshot = ContextSnapshot()
        snapshot.set(variable, to: first.track(Object()))
        snapshot.set(variable, to: second.track(Object()))
        #expect(!first.isAlive && second.isAlive)

        var copy: ContextSnapshot? = snapshot
        snapshot.set(variable, to: nil)
        #expect(second.isAlive && copy?[variable] != nil)
        copy = nil
        #expect(!second.isAlive)
    }
}
