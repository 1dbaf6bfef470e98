// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Testing

/// `inOwnContext`: one context for an iterator's life.
@Suite struct OwnContextSequenceTests {
    enum Local {
        @TaskLocal static var id: String?
    }

    let variable = ContextVar("variable", default: "none")

    private func numbers(upTo last: Int) -> AsyncStream<Int> {
        AsyncStream { continuation in
            for number in 1...last { continuation.yield(number) }
            continuation.finish()
        }
    }

    private var producer: ContextSnapshot { ContextSnapshot().with(variable, "producer") }

    @Test func `A producer may set at its first element and reset at its end`() async throws {
        try await Context().run {
            try variable.set("consumer")
            var seen: [String] = []
            for try await element in Transaction(variable: variable).inOwnContext(from: producer) {
                seen.append("\(element), \(variable.get())")
                try variable.set("consumer \(seen.count)")
            }
            #expect(
                seen == [
                    "begin after producer, consumer", "within begun, consumer 1", "end as producer, consumer 2",
                ])
            #expect(variable.get() == "consumer 3")
        }
    }

    @Test func `The same producer can't, where each element has a context of its own`() async throws {
        await #expect(throws: ContextError.tokenFromDifferentContext) {
            for try await _ in Transaction(variable: variable).inContext(producer) {}
        }
    }

    @Test func `What a producer sets is there at its next element`() async throws {
        let elements = numbers(upTo: 3).map { number in
            let seen = variable.get()
            try variable.set("\(number)")
            await Task.yield()
            return seen
        }.inOwnContext(from: producer)
        var seen: [String] = []
        for try await element in elements { seen.append(element) }
        #expect(seen == ["producer", "1", "2"])
    }

    @Test func `Each iterator has a context of its own`() async throws {
        let elements = Transaction(variable: variable).inOwnContext(from: producer)
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    var seen: [String] = []
                    for try await element in elements { seen.append(element) }
                    #expect(seen == ["begin after producer", "within begun", "end as producer"])
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `The iterator is made in the context`() async {
        let made = Made { variable.get() }.inOwnContext(from: producer)
        for await element in made { #expect(element == "producer") }
    }

    @Test func `Two copies of an iterator at once give right elements, the second in a copy`() async {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let elements = Calling {
            start.yield()
            for await _ in released {}
            return variable.get()
        }.inOwnContext(from: producer)
        let iterator = elements.makeAsyncIterator()
        await withTaskGroup(of: String?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    var copy = iterator
                    return await copy.next(isolation: nil)
                }
            }
            var starts = started.makeAsyncIterator()
            await starts.next()
            await starts.next()
            release.finish()
            for await element in group { #expect(element == "producer") }
        }
    }

    @Test func `Carried task locals are there at each element`() async {
        ContextSnapshot.carry(Local.$id)
        let snapshot = Local.$id.withValue("a7") { producer.run { ContextSnapshot.current } }
        let elements = numbers(upTo: 2).map { _ in "\(Local.id ?? "-") \(variable.get())" }
            .inOwnContext(from: snapshot)
        for await element in elements { #expect(element == "a7 producer" && Local.id == nil) }
    }

    @Test func `A producer's error passes with its type, and the consumer has its context again`() async throws {
        struct Failure: Error {}
        try await Context().run {
            try variable.set("consumer")
            do throws(Failure) {
                for try await _ in Failing(error: Failure()).inOwnContext(from: producer) { Issue.record("an element") }
                Issue.record("no error")
            } catch { #expect(variable.get() == "consumer") }
        }
    }

    @Test func `An element is asked for on the consumer's actor`() async {
        await Consumer().check()
    }

    private actor Consumer {
        func check() async {
            for await isolation in Isolation().inOwnContext(from: ContextSnapshot()) { #expect(isolation === self) }
        }
    }
}

/// Three elements; sets a variable at the first one, and resets it at the last.
private struct Transaction: AsyncSequence, Sendable {
    let variable: ContextVar<String>

    func makeAsyncIterator() -> Iterator { Iterator(variable: variable) }

    struct Iterator: AsyncIteratorProtocol {
        let variable: ContextVar<String>
        var token: Token<String>?
        var count = 0

        mutating func next(isolation: isolated (any Actor)?) async throws -> String? {
            await Task.yield()
            count += 1
            switch count {
            case 1:
                let before = variable.get()
                token = try variable.set("begun")
                return "begin after \(before)"
            case 2:
                return "within \(variable.get())"
            case 3:
                if let token { try variable.reset(token) }
                return "end as \(variable.get())"
            default:
                return nil
            }
        }
    }
}

/// One element: what a function returns when the iterator is made.
private struct Made: AsyncSequence {
    let makeElement: () -> String

    func makeAsyncIterator() -> AsyncStream<String>.Iterator {
        let element = makeElement()
        return AsyncStream { continuation in
            continuation.yield(element)
            continuation.finish()
        }.makeAsyncIterator()
    }
}

/// Elements that a function gives, for iterators that are used at the same time.
private struct Calling: AsyncSequence, AsyncIteratorProtocol, Sendable {
    let makeElement: @Sendable () async -> String

    func makeAsyncIterator() -> Self { self }
    mutating func next(isolation: isolated (any Actor)?) async -> String? { await makeElement() }
}

private struct Failing<Failure: Error>: AsyncSequence, AsyncIteratorProtocol {
    let error: Failure

    func makeAsyncIterator() -> Self { self }
    mutating func next(isolation: isolated (any Actor)?) async throws(Failure) -> Int? { throw error }
}

/// One element: the actor on which it was asked for.
private struct Isolation: AsyncSequence, AsyncIteratorProtocol {
    var isAtEnd = false

    func makeAsyncIterator() -> Self { self }
    mutating func next(isolation: isolated (any Actor)?) async -> (any Actor)?? {
        defer { isAtEnd = true }
        return isAtEnd ? nil : .some(isolation)
    }
}
