// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsFoundation
import Foundation
import Synchronization
import TestSupport
import Testing

/// Operations and operation queues.
@Suite(.timeLimit(.minutes(15))) struct OperationTests {
    let variable = ContextVar("variable", default: 0)
    let queue = OperationQueue()

    @Test func `Foundation's own addOperation loses the context`() async {
        let seen = await withCheckedContinuation { seen in
            variable.withValue(1) {
                queue.addOperation {
                    #expect(throws: ContextError.noCurrentContext) { try variable.set(2) }
                    seen.resume(returning: variable.get())
                }
            }
        }
        #expect(seen == 0)
    }

    @Test func `An operation has the values of the line that adds it`() async throws {
        queue.isSuspended = true
        let (seen, report) = AsyncStream.makeStream(of: Int.self)
        try Context().run {
            for number in 1...1000 {
                try variable.set(number)
                queue.addOperation(context: .current) {
                    report.yield(variable.get())
                    #expect(throws: Never.self) { try variable.set(-1) }
                }
            }
            queue.addBarrierBlock(context: .current) {
                report.yield(variable.get())
                report.finish()
            }
            try variable.set(-2)
        }
        queue.isSuspended = false
        let all = await seen.reduce(into: []) { $0.append($1) }
        #expect(all.sorted() == Array(1...1000) + [1000])
    }

    @Test func `An operation changes the context that it is given, which is free when it has finished`() throws {
        let context = Context()
        for round in 1...100 {
            try queue.addOperation(context: context) { _ = try? variable.set(round) }
            queue.waitUntilAllOperationsAreFinished()
            #expect(context[variable] == round)
        }
    }

    @Test func `A barrier changes the context that it is given, and then frees it`() async throws {
        let context = Context()
        try queue.addBarrierBlock(context: context) { _ = try? variable.set(1) }
        await waitUntil { isFree(context) }
        #expect(context[variable] == 1)
    }

    @Test func `A context that is entered is refused, and nothing is added`() throws {
        let context = Context()
        try context.run {
            #expect(throws: ContextError.alreadyEntered) {
                try queue.addOperation(context: context) { Issue.record("ran") }
            }
            #expect(throws: ContextError.alreadyEntered) {
                try queue.addBarrierBlock(context: context) { Issue.record("ran") }
            }
            #expect(throws: ContextError.alreadyEntered) {
                try BlockOperation(context: context) { Issue.record("ran") }
            }
        }
        #expect(queue.operationCount == 0)
        try context.run {}
    }

    @Test func `The blocks of one operation each have the values of their line`() {
        let seen = Mutex<Set<Int>>([])
        let operation = variable.withValue(1) {
            BlockOperation(context: .current) { _ = seen.withLock { $0.insert(variable.get()) } }
        }
        for number in 2...10 {
            variable.withValue(number) {
                operation.addExecutionBlock(context: .current) { _ = seen.withLock { $0.insert(variable.get()) } }
            }
        }
        operation.addExecutionBlock { _ = seen.withLock { $0.insert(variable.get()) } }
        queue.addOperations([operation], waitUntilFinished: true)
        #expect(seen.withLock { $0 } == Set(0...10))
    }

    @Test func `An operation that never runs lets go of its context when it is gone`() async throws {
        let (context, object) = (Context(), Weak())
        do {
            let operation = try BlockOperation(context: context) { Issue.record("ran") }
            operation.addExecutionBlock(context: ContextSnapshot.current.with(objects, object.track(Object()))) {
                Issue.record("ran")
            }
            #expect(object.isAlive && !isFree(context))
            operation.cancel()
            queue.addOperation(operation)
        }
        await waitUntil { isFree(context) && !object.isAlive }
        #expect(isFree(context) && !object.isAlive)
    }

    private let objects = ContextVar<Object?>("object")

    @Test func `An operation's values die with it`() async {
        let object = Weak()
        queue.addOperation(context: ContextSnapshot().with(objects, object.track(Object()))) {
            #expect(objects.get() != nil)
        }
        await waitUntil { !object.isAlive }
        #expect(!object.isAlive)
    }

    @Test func `A wrapped completion block has the snapshot's values`() async {
        let seen = await withCheckedContinuation { seen in
            let operation = BlockOperation {}
            variable.withValue(1) {
                operation.completionBlock = ContextSnapshot.current.wrap { seen.resume(returning: variable.get()) }
            }
            queue.addOperation(operation)
        }
        #expect(seen == 1)
    }
}
