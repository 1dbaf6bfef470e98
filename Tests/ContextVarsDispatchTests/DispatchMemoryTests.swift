// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsDispatch
import Dispatch
import Synchronization
import TestSupport
import Testing

/// What threads and queues keep of the work that they ran: nothing.
@Suite(.timeLimit(.minutes(15))) struct DispatchMemoryTests {
    final class Object: Sendable {}

    let variable = ContextVar<Object?>("variable")
    let queue = DispatchQueue(label: "queue")

    @Test func `A pooled thread that ran work in a context has none for the next work`() async {
        let queue = DispatchQueue(label: "concurrent", attributes: .concurrent)
        let threads = Mutex<Set<ThreadID>>([])
        let reused = Atomic(0)
        let snapshot = ContextSnapshot().with(variable, Object())
        // Most of the time the pool has a thread that has already run something.
        for _ in 0..<1000 where reused.load(ordering: .relaxed) < 50 {
            await withCheckedContinuation { done in
                queue.async(context: snapshot) {
                    threads.withLock { _ = $0.insert(ThreadID.current) }
                    done.resume()
                }
            }
            await withCheckedContinuation { done in
                queue.async {
                    if threads.withLock({ $0.contains(ThreadID.current) }) {
                        reused.add(1, ordering: .relaxed)
                        #expect(variable.get() == nil)
                        #expect(throws: ContextError.noCurrentContext) { try variable.set(nil) }
                    }
                    done.resume()
                }
            }
        }
        #expect(reused.load(ordering: .relaxed) == 50)
    }

    @Test func `The values of work die with the work`() {
        let object = Weak()
        queue.async(context: ContextSnapshot().with(variable, object.track(Object()))) {
            #expect(variable.get() != nil)
        }
        queue.sync {}
        #expect(!object.isAlive)
    }

    @Test func `The values of work, and what it keeps, are gone when its group is empty`() {
        for round in 0..<200 {
            let (value, kept, group) = (Weak(), Weak(), DispatchGroup())
            do {
                let object = kept.track(Object())
                let snapshot = ContextSnapshot().with(variable, value.track(Object()))
                let flags: DispatchWorkItemFlags = round.isMultiple(of: 2) ? [] : .barrier
                queue.async(group: group, flags: flags, context: snapshot) {
                    withExtendedLifetime(object) { #expect(variable.get() != nil) }
                }
            }
            group.wait()
            #expect(!value.isAlive && !kept.isAlive)
        }
    }

    @Test func `A context that nobody else has dies with the work`() throws {
        let (context, object) = (Weak(), Weak())
        queue.suspend()
        try queue.async(context: context.track(Context())) {
            #expect(throws: Never.self) { try variable.set(object.track(Object())) }
        }
        #expect(context.isAlive)
        queue.resume()
        queue.sync {}
        #expect(!context.isAlive && !object.isAlive)
    }

    @Test func `A work item's values die with it, whether it ran or not`() throws {
        for isCancelled in [false, true] {
            let (context, object) = (Weak(), Weak())
            do {
                let items = [
                    DispatchWorkItem(context: ContextSnapshot().with(variable, object.track(Object()))) {},
                    try DispatchWorkItem(context: context.track(Context())) {},
                ]
                for item in items {
                    if isCancelled { item.cancel() }
                    queue.async(execute: item)
                }
                queue.sync {}
                withExtendedLifetime(items) {
                    #expect(object.isAlive && (context.isAlive || !isCancelled))
                }
            }
            #expect(!object.isAlive && !context.isAlive)
        }
    }

    @Test func `A source's values die when it is cancelled`() async {
        let object = Weak()
        let source = DispatchSource.makeUserDataAddSource(queue: queue)
        source.setEventHandler(context: ContextSnapshot().with(variable, object.track(Object()))) {}
        await withCheckedContinuation { isCancelled in
            source.setCancelHandler { isCancelled.resume() }
            source.activate()
            #expect(object.isAlive)
            source.cancel()
        }
        await waitUntil { !object.isAlive }
        #expect(!object.isAlive)
    }
}
