// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsDispatch
@preconcurrency import Dispatch
import Synchronization
import Testing

/// Work items, and what follows the end of work items and groups.
@Suite struct DispatchWorkItemTests {
    let variable = ContextVar("variable", default: 0)
    let queue = DispatchQueue(label: "queue")

    @Test func `Dispatch's own work item runs in the context of whoever performs it`() {
        let seen = Mutex<[Int]>([])
        let item = variable.withValue(1) { DispatchWorkItem { seen.withLock { $0.append(variable.get()) } } }
        variable.withValue(2) { item.perform() }
        queue.async(execute: item)
        queue.sync {}
        #expect(seen.withLock { $0 } == [2, 0])
    }

    @Test func `A work item has the values of its creation, afresh each time it is performed`() {
        let seen = Mutex<[Int]>([])
        let item = variable.withValue(1) {
            DispatchWorkItem(context: .current) {
                seen.withLock { $0.append(variable.get()) }
                #expect(throws: Never.self) { try variable.set(3) }
            }
        }
        variable.withValue(2) {
            item.perform()
            #expect(variable.get() == 2)
        }
        queue.async(execute: item)
        queue.sync {}
        #expect(seen.withLock { $0 } == [1, 1])
    }

    @Test func `A work item runs in its context first, and in copies of it afterwards`() throws {
        let context = Context()
        let item = try DispatchWorkItem(qos: .utility, flags: .detached, context: context) { [variable] in
            _ = try? variable.set(variable.get() + 1)
        }
        #expect(throws: ContextError.alreadyEntered) { try context.run {} }
        queue.async(execute: item)
        queue.sync {}  // Not `item.wait()`: Dispatch traps where such an item is performed again.
        #expect(context[variable] == 1)
        try context.run {
            try variable.set(10)
            item.perform()
            #expect(variable.get() == 10)
        }
        DispatchQueue.concurrentPerform(iterations: 100) { _ in item.perform() }
        #expect(context[variable] == 10)
    }

    @Test func `A context that is entered is refused`() throws {
        let context = Context()
        try context.run {
            #expect(throws: ContextError.alreadyEntered) { try DispatchWorkItem(context: context) {} }
        }
        try context.run {}
    }

    @Test func `A cancelled work item lets go of its context when it is gone`() throws {
        let context = Context()
        do {
            let item = try DispatchWorkItem(context: context) { Issue.record("ran") }
            item.cancel()
            queue.async(execute: item)
            queue.sync {}
            withExtendedLifetime(item) {
                _ = #expect(throws: ContextError.alreadyEntered) { try context.run {} }
            }
        }
        try context.run {}
    }

    // MARK: - Notifications

    @Test func `A group's notification loses the context, and has it with one`() async {
        let group = DispatchGroup()
        let plain = await withCheckedContinuation { seen in
            variable.withValue(1) {
                group.notify(queue: queue) { seen.resume(returning: variable.get()) }
            }
        }
        #expect(plain == 0)
        let carried = await withCheckedContinuation { seen in
            group.enter()
            variable.withValue(1) {
                group.notify(queue: queue, context: .current) { seen.resume(returning: variable.get()) }
            }
            group.leave()
        }
        #expect(carried == 1)
    }

    @Test func `A work item's notification loses the context, and has it with one`() async {
        let item = DispatchWorkItem {}
        item.perform()
        let plain = await withCheckedContinuation { seen in
            variable.withValue(1) {
                item.notify(queue: queue) { seen.resume(returning: variable.get()) }
            }
        }
        #expect(plain == 0)
        let carried = await withCheckedContinuation { seen in
            variable.withValue(1) {
                item.notify(queue: queue, context: .current) { seen.resume(returning: variable.get()) }
            }
        }
        #expect(carried == 1)
    }

    @Test func `A context is entered until the notification has run`() throws {
        let (group, item, context) = (DispatchGroup(), DispatchWorkItem {}, Context())
        group.enter()
        try group.notify(queue: queue, context: context) { _ = try? variable.set(1) }
        #expect(throws: ContextError.alreadyEntered) {
            try item.notify(queue: queue, context: context) { Issue.record("ran") }
        }
        group.leave()
        queue.sync {}
        #expect(context[variable] == 1)
        try item.notify(queue: queue, context: context) { _ = try? variable.set(2) }
        #expect(throws: ContextError.alreadyEntered) {
            try group.notify(queue: queue, context: context) { Issue.record("ran") }
        }
        item.perform()
        queue.sync {}
        #expect(context[variable] == 2)
    }
}
