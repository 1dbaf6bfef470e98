// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsTesting
import Synchronization
import Testing

private let text = ContextVar("text", default: "none")
private let number = ContextVar("number", default: 0)
private let object = ContextVar<Object?>("object")

private final class Object: Sendable {
    let count = Atomic(0)
}

@Suite(.contextValue(text, "suite"), .contextValue(number, 1)) struct ContextTraitTests {
    @Test func `A test has its suite's values`() {
        #expect(text.get() == "suite" && number.get() == 1)
    }

    @Test(.contextValue(text, "test"))
    func `A test's value replaces its suite's, and the others stay`() {
        #expect(text.get() == "test" && number.get() == 1)
    }

    @Test(.contextValue(text, "first"), .contextValue(number, 2), .contextValue(text, "second"))
    func `Several traits compose in the order in which they are written`() {
        #expect(text.get() == "second" && number.get() == 2)
    }

    @Test func `A test may change its context`() async throws {
        try text.set("changed")
        await Task.yield()
        #expect(text.get() == "changed")
        #expect(await Task { text.get() }.value == "changed")
    }

    @Test(arguments: 1...100)
    func `Each case of a parameterised test has its own copy`(argument: Int) async throws {
        #expect(text.get() == "suite" && number.get() == 1)
        try number.set(number.get() + argument)
        try text.set("\(argument)")
        await Task.yield()
        #expect(text.get() == "\(argument)" && number.get() == 1 + argument)
    }

    @Test(.contextValue(object, Object()), arguments: 1...10)
    func `A value is made anew for each case`(argument: Int) throws {
        let object = try #require(object.get())
        #expect(object.count.add(1, ordering: .relaxed).newValue == 1)
    }

    @Test(.freshContext)
    func `A fresh context is empty, and can be changed`() throws {
        #expect(copyContext().isEmpty)
        try text.set("changed")
        #expect(copyContext().count == 1)
    }

    @Test(.freshContext, .contextValue(text, "test"))
    func `A value that is written after a fresh context is in it`() {
        #expect(text.get() == "test" && number.get() == 0)
    }

    @Test(.context(ContextSnapshot().with(number, 7)))
    func `A snapshot's values replace all others`() {
        #expect(text.get() == "none" && number.get() == 7)
    }

    @Suite(.contextValue(number, 3)) struct Nested {
        @Test func `A suite has the values of the suite around it, and its own`() {
            #expect(text.get() == "suite" && number.get() == 3)
        }

        @Test(.contextValue(text, "test"))
        func `A test's value replaces those of all suites`() {
            #expect(text.get() == "test" && number.get() == 3)
        }
    }

    @Suite(.freshContext) struct Fresh {
        @Test(arguments: 1...10)
        func `Each case starts with an empty context`(argument: Int) throws {
            #expect(copyContext().isEmpty)
            try number.set(argument)
        }
    }
}

@Suite struct WithoutTraits {
    @Test func `A test without traits has no values`() {
        #expect(text.get() == "none" && number.get() == 0)
    }
}
