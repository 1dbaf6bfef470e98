// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import ContextVars
import ContextVarsAutomatic
import Dispatch
import Synchronization
import Testing

/// Work items keep all that they are beside their block.
@Suite struct WorkItemTests {
    @Test func `An item has the context of the place where it was made, each time`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let seen = Seen()
            let item = try inRequest("a7") { DispatchWorkItem { seen.note() } }
            try inRequest("of somebody else") {
                item.perform()
                DispatchQueue.global().async(execute: item)
            }
            #expect(await seen.first(2) == ["a7", "a7"])
        }
    }

    @Test func `An item that was made in no context has none, whoever hands it over`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let seen = Seen()
            let item = DispatchWorkItem { seen.note() }
            try inRequest("of somebody else") { DispatchQueue.global().async(execute: item) }
            #expect(await seen.value == nil)
        }
    }

    @Test func `A cancelled item doesn't run, and tells so`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let queue = DispatchQueue(label: "queue")
            try inRequest("a7") {
                queue.suspend()
                let item = DispatchWorkItem { Issue.record("It runs") }
                queue.async(execute: item)
                item.cancel()
                #expect(item.isCancelled)
                queue.resume()
                item.wait()
            }
        }
    }

    @Test func `wait and notify know when an item has run`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let seen = Seen()
            try inRequest("a7") {
                let item = DispatchWorkItem { seen.note() }
                item.notify(queue: .global()) { seen.note() }
                #expect(item.wait(timeout: .now()) == .timedOut)
                DispatchQueue.global().async(execute: item)
                item.wait()
            }
            #expect(await seen.first(2) == ["a7", "a7"])
        }
    }

    @Test func `A notification has the context of the place that asked for it`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let seen = Seen()
            let item = try inRequest("of the item") { DispatchWorkItem {} }
            try inRequest("of the notification") { item.notify(queue: .global()) { seen.note() } }
            try inRequest("of the handover") { DispatchQueue.global().async(execute: item) }
            #expect(await seen.value == "of the notification")
        }
    }

    @Test func `QoS is what was asked for`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let classes = AsyncStream.makeStream(of: DispatchQoS.QoSClass.self)
            try inRequest("a7") {
                let item = DispatchWorkItem(qos: .utility, flags: .enforceQoS) {
                    classes.continuation.yield(DispatchQueue.global(qos: .utility).qos.qosClass)
                }
                DispatchQueue.global(qos: .utility).async(execute: item)
            }
            var iterator = classes.stream.makeAsyncIterator()
            #expect(await iterator.next() == .utility)
        }
    }

    // The ThreadSanitizer's own functions for libdispatch forget the flags of a block, in any program.
    @Test(.enabled(if: !contextvars_is_thread_sanitized, "the ThreadSanitizer lets barriers overlap"))
    func `A barrier still keeps others out`() async {
        await #expect(processExitsWith: .success) {
            try AutomaticPropagation.enable()
            let queue = DispatchQueue(label: "queue", attributes: .concurrent)
            // Nothing but the barrier keeps these apart.
            let isRunning = Atomic(false)
            let count = Atomic(0)
            let group = DispatchGroup()
            try inRequest("a7") {
                for number in 0..<2000 {
                    let work = { @Sendable in
                        let wasRunning = isRunning.exchange(true, ordering: .relaxed)
                        #expect(!wasRunning && request.get() == "a7")
                        count.add(1, ordering: .relaxed)
                        isRunning.store(false, ordering: .relaxed)
                    }
                    if number.isMultiple(of: 2) {
                        queue.async(group: group, flags: .barrier, execute: work)
                    } else {
                        queue.async(group: group, execute: DispatchWorkItem(flags: .barrier, block: work))
                    }
                }
            }
            await withCheckedContinuation { done in group.notify(queue: .global()) { done.resume() } }
            let done = count.load(ordering: .relaxed)
            #expect(done == 2000)
        }
    }
}
