// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch
import Testing

/// In whose context the two sides of an asynchronous sequence run, and `inContext`.
@Suite struct AsyncSequenceTests {
    let variable = ContextVar("variable", default: "none")

    /// Runs code in a new context in which the variable is "consumer".
    private func consume(_ body: () async throws -> Void) async throws {
        try await Context().run {
            try variable.set("consumer")
            try await body()
        }
    }

    private var producer: ContextSnapshot { ContextSnapshot().with(variable, "producer") }

    // MARK: - What Swift does

    @Test func `Without inContext, a producer's closures run in the consumer's context`() async throws {
        let elements = producer.run {
            AsyncStream(unfolding: { variable.get() }).map { [$0, variable.get()] }
        }
        try await consume {
            #expect(await elements.first { _ in true } == ["consumer", "consumer"])
        }
    }

    @Test func `An element that another context yields is consumed in the consumer's`() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        DispatchQueue.global().async(
            execute: producer.wrap {
                continuation.yield(variable.get())
                continuation.finish()
            })
        try await consume {
            for await element in stream {
                #expect(element == "producer" && variable.get() == "consumer")
            }
        }
    }

    // MARK: - inContext

    @Test func `What comes before inContext runs in the snapshot's values, what comes after in the consumer's`()
        async throws
    {
        let elements = [1, 2, 3].asynchronous
            .map { "\($0) \(variable.get())" }
            .inContext(producer)
            .map { "\($0) \(variable.get())" }
        try await consume {
            var seen: [String] = []
            for await element in elements {
                seen.append("\(element) \(variable.get())")
                try variable.set("consumer \(seen.count)")
            }
            #expect(
                seen == [
                    "1 producer consumer consumer", "2 producer consumer 1 consumer 1",
                    "3 producer consumer 2 consumer 2",
                ])
            #expect(variable.get() == "consumer 3")
        }
    }

    @Test func `The innermost of several inContext decides`() async throws {
        let elements = [1].asynchronous
            .map { _ in variable.get() }
            .inContext(producer.with(variable, "inner"))
            .map { [$0, variable.get()] }
            .inContext(producer)
        try await consume {
            for await element in elements { #expect(element == ["inner", "producer"]) }
        }
    }

    @Test func `What a producer sets is gone with the element`() async throws {
        let elements = [1, 2].asynchronous
            .map { number in
                let seen = variable.get()
                try variable.set("\(number)")
                await Task.yield()
                #expect(variable.get() == "\(number)")
                return seen
            }
            .inContext(producer)
        try await consume {
            for try await element in elements { #expect(element == "producer") }
            #expect(variable.get() == "consumer")
        }
    }

    @Test func `A sequence in a context can be consumed many times at once`() async throws {
        let elements = (0..<100).asynchronous.map { ($0, variable.get()) }.inContext(producer)
        try await consume {
            await withTaskGroup { group in
                for _ in 0..<20 {
                    group.addTask {
                        var count = 0
                        let consumer = variable.get()
                        #expect(consumer == Level.inChild("consumer", orWithoutContext: variable.defaultValue))
                        for await (number, value) in elements {
                            #expect(number == count && value == "producer" && variable.get() == consumer)
                            count += 1
                        }
                        #expect(count == 100)
                    }
                }
            }
        }
    }

    @Test func `The base's iterator is made in the snapshot's values`() async throws {
        try await consume {
            let elements = AsyncIteratorFactory { variable.get() }.inContext(producer)
            for await element in elements { #expect(element == "producer") }
        }
    }

    @Test func `A producer's error passes with its type, and the consumer has its context again`() async throws {
        struct Failure: Error {}
        let elements = AsyncFailure(error: Failure()).inContext(producer)
        try await consume {
            do throws(Failure) {
                for try await _ in elements { Issue.record("an element") }
                Issue.record("no error")
            } catch { #expect(variable.get() == "consumer") }
        }
    }

    @Test func `A consumer that is cancelled has its context again`() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
        let consumer = Task {
            try await consume {
                for await _ in stream.inContext(producer) { Issue.record("an element") }
                #expect(Task.isCancelled && variable.get() == "consumer")
            }
        }
        consumer.cancel()
        try await consumer.value
        continuation.finish()
    }

    @Test func `An element is asked for on the consumer's actor`() async throws {
        try await Consumer().check(AsyncIsolation().inContext(producer))
        let elements = AsyncIsolation().inContext(producer)
        for await isolation in elements { #expect(isolation == nil) }
    }

    private actor Consumer {
        func check(_ elements: AsyncContextSequence<AsyncIsolation>) async throws {
            var count = 0
            for await isolation in elements {
                #expect(isolation === self)
                count += 1
            }
            #expect(count == 1)
        }
    }

    @Test func `A sequence is Sendable if its base is`() {
        func check(_: some Sendable) {}
        check(AsyncStream<Int> { $0.finish() }.inContext(producer))
    }

    // MARK: - Callbacks of streams

    @Test func `A wrapped onTermination runs in the values of where it was set, whoever ends the stream`() async throws
    {
        let (seen, report) = AsyncStream.makeStream(of: [String].self)
        for isWrapped in [false, true] {
            let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
            producer.run {
                if isWrapped {
                    continuation.onTermination = ContextSnapshot.current.wrap { _ in report.yield([variable.get()]) }
                } else {
                    continuation.onTermination = { _ in report.yield([variable.get()]) }
                }
            }
            try await consume {
                continuation.finish()
                for await _ in stream {}
            }
        }
        report.finish()
        let values = await seen.reduce(into: []) { $0 += $1 }
        #expect(values == ["consumer", "producer"])
    }

    @Test func `A wrapped producer of elements runs in the snapshot's values`() async throws {
        let numbers = AsyncStream.makeStream(of: Int.self)
        numbers.continuation.yield(1)
        numbers.continuation.finish()
        let elements = AsyncStream(
            unfolding: producer.wrap { () async -> String? in
                for await number in numbers.stream { return "\(number) \(variable.get())" }
                return nil
            })
        try await consume {
            for await element in elements { #expect(element == "1 producer" && variable.get() == "consumer") }
        }
    }
}

// MARK: - Sequences

extension Sequence where Self: Sendable {
    /// The elements, one after the other, with a suspension before each.
    fileprivate var asynchronous: AsyncElements<Self> { AsyncElements(base: self) }
}

private struct AsyncElements<Base: Sequence & Sendable>: AsyncSequence, Sendable {
    let base: Base

    func makeAsyncIterator() -> Iterator { Iterator(base: base.makeIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        var base: Base.Iterator

        mutating func next(isolation: isolated (any Actor)?) async -> Base.Element? {
            await Task.yield()
            return base.next()
        }
    }
}

/// One element: what a function returns when the iterator is made.
private struct AsyncIteratorFactory: AsyncSequence {
    let makeElement: () -> String

    func makeAsyncIterator() -> AsyncElements<[String]>.Iterator {
        [makeElement()].asynchronous.makeAsyncIterator()
    }
}

/// Throws instead of giving an element.
private struct AsyncFailure<Failure: Error>: AsyncSequence, AsyncIteratorProtocol {
    let error: Failure

    func makeAsyncIterator() -> Self { self }

    mutating func next(isolation: isolated (any Actor)?) async throws(Failure) -> Int? {
        throw error
    }
}

/// One element: the actor on which it was asked for.
private struct AsyncIsolation: AsyncSequence, AsyncIteratorProtocol {
    var isAtEnd = false

    func makeAsyncIterator() -> Self { self }

    mutating func next(isolation: isolated (any Actor)?) async -> (any Actor)?? {
        defer { isAtEnd = true }
        return isAtEnd ? nil : .some(isolation)
    }
}
