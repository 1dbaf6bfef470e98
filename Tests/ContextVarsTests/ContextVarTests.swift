// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Testing

@Suite struct ContextVarTests {
    let number = ContextVar("number", default: 1)
    let text = ContextVar<String?>("text")

    @Test func `A value set comes before the call's default, which comes before the variable's`() throws {
        try Context().run {
            #expect(number.get() == 1)
            #expect(number.get(default: 2) == 2)
            try number.set(3)
            #expect(number.get() == 3)
            #expect(number.get(default: 2) == 3)
        }
    }

    @Test func `The call's default is evaluated only where it is needed`() throws {
        try Context().run {
            try number.set(3)
            var evaluations = 0
            func evaluated() -> Int {
                evaluations += 1
                return 2
            }
            #expect(number.get(default: evaluated()) == 3)
            #expect(evaluations == 0)
        }
    }

    @Test func `A variable of an optional type reads nil until it is set, and require throws`() throws {
        try Context().run {
            #expect(text.get() == nil)
            #expect(throws: ContextError.lookup) { try text.require() }
            try text.set("a")
            #expect(try text.require() == "a")
            try text.set(nil)
            #expect(throws: ContextError.lookup) { try text.require() }
        }
    }

    @Test func `Variables are told apart by identity, not by name`() throws {
        let (first, second) = (ContextVar("same", default: 0), ContextVar("same", default: 0))
        try Context().run {
            try first.set(1)
            try second.set(2)
            #expect(first.get() == 1 && second.get() == 2)
        }
        #expect(first != second)
        #expect(Set([first, second, first]).count == 2)
    }

    @Test func `Values of every size and kind come back as they were set`() throws {
        func check<Value: Sendable & Equatable>(
            _ values: Value..., sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let variable = ContextVar<Value?>("variable")
            try Context().run {
                for value in values {
                    try variable.set(value)
                    #expect(variable.get() == value, sourceLocation: sourceLocation)
                }
            }
        }
        try check(true, false)
        try check(UInt8.min, UInt8.max)
        try check(Int64.min, -1, 0, Int64.max)
        try check(0.5, -Double.infinity)
        try check("", "short", String(repeating: "long", count: 100))
        try check([1, 2, 3], [])
        try check(Pair(first: 1, second: "one"))
        try check(Wide())
        try check(Aligned())
        try check(Optional<Int>.none, 3)
    }

    struct Pair: Equatable { var first: Int8, second: String }
    struct Wide: Equatable { var a = 1, b = 2, c = 3, d = 4.0 }
    struct Aligned: Equatable { var value = SIMD2<Int32>(1, 2) }

    @Test func `withValue changes one value for its body only`() async throws {
        try await Context().run {
            try number.set(2)
            try text.set("a")
            number.withValue(3) { #expect(number.get() == 3 && text.get() == "a") }
            #expect(number.get() == 2)
            await number.withValue(4) {
                await Task.yield()
                #expect(number.get() == 4)
            }
            #expect(number.get() == 2)
        }
    }

    @Test func `What is set in the body of withValue is gone afterwards`() throws {
        try Context().run {
            try text.set("before")
            try number.withValue(3) {
                try number.set(4)
                try text.set("inside")
                #expect(number.get() == 4)
            }
            #expect(number.get() == 1 && text.get() == "before")
        }
    }

    @Test func `withValue throws what its body throws, in its type, and restores`() async throws {
        try await Context().run {
            try number.set(2)
            func fail() throws(Failure) { throw Failure() }
            do throws(Failure) {
                try number.withValue(3) { () throws(Failure) in try fail() }
                Issue.record("nothing was thrown")
            } catch { #expect(number.get() == 2) }
            do throws(Failure) {
                try await number.withValue(3) { () async throws(Failure) in
                    await Task.yield()
                    try fail()
                }
                Issue.record("nothing was thrown")
            } catch { #expect(number.get() == 2) }
        }
    }

    struct Failure: Error {}

    @Test func `A description names the variable and its default`() {
        #expect(number.description.hasPrefix("<ContextVar name='number' default=1 at 0x"))
        #expect(text.description.hasPrefix("<ContextVar name='text' at 0x"))
        #expect(ContextVar("s", default: "a").description.contains("default=\"a\""))
    }
}
