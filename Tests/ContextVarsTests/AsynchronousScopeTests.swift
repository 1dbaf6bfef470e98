// SPDX-License-Identifier: Apache-2.0
import ContextVars
import GenericScopes
import Testing

/// Asynchronous scopes are in the task's stack-like memory, in which what is allocated last must be freed first: with
/// results and errors of all kinds, in generic code of this module and of another one.
@Suite struct AsynchronousScopeTests {
    let number = ContextVar("number", default: 0)
    let text = ContextVar("text", default: "")
    let large = ContextVar("large", default: Large(0))

    /// Too large for registers, and for what the runtime keeps beside a task.
    struct Large: Sendable, Equatable {
        var first: InlineWords
        var text: String
        var last: InlineWords

        init(_ seed: Int) {
            (first, text, last) = (InlineWords(seed), "large \(seed)", InlineWords(-seed))
        }
    }

    struct InlineWords: Sendable, Equatable {
        var words:
            (
                Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int,
                Int, Int, Int, Int, Int, Int, Int, Int, Int, Int, Int
            )

        init(_ seed: Int) {
            words = (
                seed, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                28, 29, 30, seed
            )
        }

        static func == (lhs: InlineWords, rhs: InlineWords) -> Bool {
            withUnsafeBytes(of: lhs.words) { lhs in withUnsafeBytes(of: rhs.words) { rhs in lhs.elementsEqual(rhs) } }
        }
    }

    struct SmallError: Error, Equatable { var code: UInt8 }
    struct LargeError: Error, Equatable { var large: Large }

    actor Worker {
        private(set) var count = 0
        func work<Value: Sendable>(_ value: Value) -> Value {
            count += 1
            return value
        }
    }

    @Test func `Results of every size come out of nested scopes`() async throws {
        for seed in 1...50 {
            let result = await number.withValue(seed) {
                await Task.yield()
                return await large.withValue(Large(seed)) {
                    await Task.yield()
                    let inner = await text.withValue("inner") { () async in (large.get(), text.get(), number.get()) }
                    #expect(text.get() == "")
                    return inner
                }
            }
            #expect(result == (Large(seed), "inner", seed))
            #expect(number.get() == 0 && large.get() == Large(0))
        }
    }

    @Test func `Generic code of another module has results of its caller's types`() async throws {
        let scopes = (Scopes(of: number), Scopes(of: text), Scopes(of: large))
        for seed in 1...50 {
            #expect(try await scopes.0.withValue(seed) { ($0, number.get()) } == (seed, seed))
            #expect(try await scopes.1.withValue("a7") { [$0, text.get()] } == ["a7", "a7"])
            let inner = try await scopes.2.withValue(Large(seed)) { value in
                #expect(value == Large(seed))
                return try await scopes.0.withValue(seed + 1) { number in Pair(number, large.get()) }
            }
            #expect(inner == Pair(seed + 1, Large(seed)))
            try await scopes.0.withValue(seed) { _ in }
        }
        #expect(number.get() == 0)
    }

    struct Pair<First: Equatable & Sendable, Second: Equatable & Sendable>: Equatable, Sendable {
        let first: First
        let second: Second
        init(_ first: First, _ second: Second) { (self.first, self.second) = (first, second) }
    }

    @Test func `A pack of results comes out of a scope, or an error does`() async throws {
        let scopes = Scopes(of: number)
        for seed in 1...50 {
            let results = try await scopes.collect(seed) {
                await Task.yield()
                return (number.get(), "\(number.get())", Large(number.get()), number.get() as any Sendable)
            }
            #expect(results.0 == seed && results.1 == "\(seed)" && results.2 == Large(seed))
            #expect(results.3 as? Int == seed)
            await #expect(throws: SmallError(code: 7)) {
                let _: (Large, String) = try await scopes.collect(seed) { throw SmallError(code: 7) }
            }
            #expect(number.get() == 0)
        }
    }

    @Test func `Results behind existentials come out`() async throws {
        let scopes = Scopes(of: text)
        #expect(try await scopes.existential("a7") { text.get() } as? String == "a7")
        #expect(try await scopes.existential("a7") { Large(text.get().count) } as? Large == Large(2))
        let describing: any CustomStringConvertible = await number.withValue(3) { () async in
            await Task.yield()
            return number.get()
        }
        #expect(describing.description == "3")
    }

    @Test func `Errors keep their types, small or large`() async throws {
        let scopes = Scopes(of: number)
        for seed in 1...50 {
            do throws(SmallError) {
                _ = try await scopes.typed(seed) { () async throws(SmallError) -> Large in
                    await Task.yield()
                    throw SmallError(code: UInt8(number.get()))
                }
            } catch { #expect(error.code == UInt8(seed)) }
            do throws(LargeError) {
                try await number.withValue(seed) { () async throws(LargeError) in
                    try await scopes.typed(seed + 1) { () async throws(LargeError) -> Int in
                        throw LargeError(large: Large(number.get()))
                    }
                }
            } catch { #expect(error.large == Large(seed + 1)) }
            #expect(await scopes.typed(seed) { Large(number.get()) } == Large(seed))
            #expect(number.get() == 0)
        }
    }

    @Test func `async let children that throw or are dropped end before their scope does`() async throws {
        for seed in 1...200 {
            let result = await number.withValue(seed) { () async -> Int in
                do {
                    return try await text.withValue("inner") { () async throws in
                        async let failing: Large = {
                            await Task.yield()
                            throw SmallError(code: UInt8(seed & 0xFF))
                        }()
                        async let _ = { () async -> (Large, Int) in
                            await Task.yield()
                            return (Large(seed), number.get())
                        }()
                        async let read = number.get()
                        let seen = await read
                        #expect(seen == Level.inChild(seed, orWithoutContext: 0))
                        _ = try await failing
                        return seen
                    }
                } catch {
                    #expect(error as? SmallError == SmallError(code: UInt8(seed & 0xFF)))
                    return number.get()
                }
            }
            #expect(result == seed)
            #expect(number.get() == 0 && text.get() == "")
        }
    }

    @Test func `Groups that fail inside a scope end before it`() async throws {
        for seed in 1...50 {
            await #expect(throws: SmallError(code: 3)) {
                try await number.withValue(seed) { () async throws in
                    try await withThrowingTaskGroup(of: Large.self) { group in
                        for child in 0..<8 {
                            group.addTask {
                                if child == 3 { throw SmallError(code: 3) }
                                await Task.yield()
                                return Large(number.get())
                            }
                        }
                        for try await seen in group {
                            #expect(seen == Large(Level.inChild(seed, orWithoutContext: 0)))
                        }
                    }
                }
            }
            #expect(number.get() == 0)
        }
    }

    @Test func `Scopes of all kinds nest in recursive generic code`() async throws {
        let results = try await Scopes(of: large).nest(20, Large(5)) {
            await Task.yield()
            return Pair(large.get(), number.get())
        }
        #expect(results.count == 21)
        #expect(results.allSatisfy { $0 == Pair(Large(5), 0) })
        await #expect(throws: SmallError(code: 1)) {
            try await Scopes(of: number).nest(20, 5) { throw SmallError(code: 1) }
        }
        #expect(number.get() == 0)
    }

    @Test func `A scope goes to actors and back, and stays on its own`() async throws {
        let worker = Worker()
        for seed in 1...50 {
            let result = await large.withValue(Large(seed)) {
                let worked = await worker.work(large.get())
                let counted = await worker.count
                return await number.withValue(seed) { () async in
                    Pair(await worker.work(worked), counted + number.get())
                }
            }
            #expect(result.first == Large(seed))
            #expect(result.second == (2 * seed - 1) + seed)
        }
        await onMainActor()
    }

    @MainActor private func onMainActor() async {
        let results = await number.withValue(1) {
            MainActor.assertIsolated()
            await Task.yield()
            MainActor.assertIsolated()
            return await ContextSnapshot.current.run { () async in
                MainActor.assertIsolated()
                return (number.get(), Large(number.get()))
            }
        }
        #expect(results == (1, Large(1)))
    }

    @Test func `A cancelled scope restores what was current`() async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let task = Task(context: ContextSnapshot().with(number, 1)) {
            do {
                try await Scopes(of: large).withValue(Large(2)) { _ in
                    start.finish()
                    try await Task.sleep(for: .seconds(3600))
                }
            } catch is CancellationError {
                return (number.get(), large.get())
            }
            return (-1, Large(-1))
        }
        for await _ in started {}
        task.cancel()
        #expect(try await task.value == (1, Large(0)))
    }

    @Test func `Values of unknown size may be made, changed and freed on both sides of a scope's ends`() async throws {
        try await checkUnknownSizes(7, 8)
        try await checkUnknownSizes("seven", "eight")
        try await checkUnknownSizes(Large(7), Large(8))
        try await checkUnknownSizes([Large(7)], [])
        try await checkUnknownSizes(Pair(Large(7), "a"), Pair(Large(8), "b"))
        try await checkUnknownSizes(Int?.none, 8)
        try await checkUnknownSizes(SmallError(code: 7), SmallError(code: 8))
    }

    private func checkUnknownSizes<Value: Sendable & Equatable>(_ value: Value, _ new: Value) async throws {
        let work = unknownSizes(number)
        for _ in 0..<20 {
            #expect(try await work.localsAround(value) == [value, value, value, value, value])
            #expect(
                try await work.changedInside(value, to: new) == [value, new, new, new, value, new, new])
            #expect(try await work.consumedInside(value) == value)
            #expect(try await work.leavingEarly([new, new, value, new], at: 2) == value)
            #expect(try await work.leavingEarly([new, new], at: 2) == nil)
            #expect(try await work.thrownWith(value) == (value, value))
            #expect(try await work.children(value) == [value, value, value, value, value])
            #expect(try await work.payloads(value) == [value, value, value, value])
            #expect(try await work.localFunctions(value) == [value, value])
        }
        #expect(number.get() == 0)
    }
}
