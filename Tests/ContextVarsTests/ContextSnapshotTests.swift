// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch
import Foundation
import Testing

@Suite struct ContextSnapshotTests {
    let number = ContextVar("number", default: 0)
    let text = ContextVar<String?>("text")

    @Test func `A snapshot has the values of its moment`() throws {
        try Context().run {
            try number.set(1)
            let snapshot = ContextSnapshot.current
            try number.set(2)
            #expect(snapshot[number] == 1 && snapshot[text] == nil)
            snapshot.run { #expect(number.get() == 1) }
            #expect(number.get() == 2)
        }
    }

    @Test func `with changes one value in a snapshot of its own`() {
        let empty = ContextSnapshot()
        let one = empty.with(number, 1)
        let both = one.with(text, "a").with(number, 2)
        #expect(empty[number] == nil && one[number] == 1 && one[text] == nil)
        #expect(both[number] == 2 && both[text] == "a")
    }

    @Test func `Each run starts afresh, and any number go on at once`() async {
        let snapshot = ContextSnapshot().with(number, 5)
        await withTaskGroup { group in
            for round in 1...100 {
                group.addTask {
                    let seen = await snapshot.run {
                        let first = number.get()
                        _ = try? number.set(first + round)
                        await Task.yield()
                        return (first, number.get())
                    }
                    #expect(seen == (5, 5 + round))
                }
            }
        }
        #expect(snapshot[number] == 5)
    }

    @Test func `A run throws only what its body throws`() {
        struct Failure: Error {}
        do throws(Failure) {
            try ContextSnapshot().run { () throws(Failure) in throw Failure() }
        } catch { #expect(number.get() == 0) }
        ContextSnapshot().run {}
    }

    @Test func `A snapshot can be taken of any context`() throws {
        let context = Context()
        try context.run { try number.set(1) }
        #expect(ContextSnapshot(context)[number] == 1)
        #expect(ContextSnapshot(context).description == "<ContextSnapshot {number}>")
        #expect(ContextSnapshot(context).debugDescription == "<ContextSnapshot {number: 1}>")
    }

    @Test func `Wrapped functions of any arity run in the snapshot's values`() async throws {
        let snapshot = ContextSnapshot().with(number, 10)
        let none = snapshot.wrap { number.get() }
        let one = snapshot.wrap { (a: Int) in number.get() + a }
        let three = snapshot.wrap { (a: Int, b: String, c: [Int]) in "\(number.get()) \(a) \(b) \(c)" }
        #expect(none() == 10)
        #expect(one(1) == 11)
        #expect(three(1, "b", [2]) == "10 1 b [2]")
        let asynchronous = snapshot.wrap { (a: Int, b: Int) async in
            await Task.yield()
            return number.get() + a + b
        }
        #expect(await asynchronous(1, 2) == 13)
        let throwing = snapshot.wrap { (a: Int) throws(ContextError) -> Int in
            try number.set(number.get() + a)
            return number.get()
        }
        #expect(try throwing(1) == 11)
        #expect(try throwing(1) == 11, "each call has a copy of its own")
    }

    @Test func `A wrapped function that isn't Sendable keeps its state`() {
        var calls = 0
        func count() { calls += number.get() }
        let wrapped = ContextSnapshot().with(number, 2).wrap(count)
        wrapped()
        wrapped()
        #expect(calls == 4)
    }

    @Test func `Values cross queues, threads and C callbacks through a snapshot`() async throws {
        try await Context().run {
            try number.set(1)
            let snapshot = ContextSnapshot.current
            try number.set(2)
            let fromQueue = await withCheckedContinuation { continuation in
                DispatchQueue.global().async(execute: snapshot.wrap { continuation.resume(returning: number.get()) })
            }
            let fromThread = await withCheckedContinuation { continuation in
                Thread.detachNewThread { snapshot.run { continuation.resume(returning: number.get()) } }
            }
            #expect(fromQueue == 1 && fromThread == 1)
        }
    }
}
