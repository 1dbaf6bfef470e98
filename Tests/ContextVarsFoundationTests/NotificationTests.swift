// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsFoundation
import Foundation
import Synchronization
import TestSupport
import Testing

/// Observers of notifications.
@Suite(.timeLimit(.minutes(15))) struct NotificationTests {
    let variable = ContextVar("variable", default: 0)
    let center = NotificationCenter()
    let name = Notification.Name("changed")

    @Test func `A plain observer runs in the poster's context, which it can change`() throws {
        let observer = variable.withValue(1) {
            center.addObserver(forName: name, object: nil, queue: nil) { _ in
                #expect(throws: Never.self) { try variable.set(variable.get() + 10) }
            }
        }
        try Context().run {
            try variable.set(2)
            center.post(name: name, object: nil)
            #expect(variable.get() == 12)
        }
        center.removeObserver(observer)
    }

    @Test func `An observer with a context runs in a copy of it, each time`() throws {
        let seen = Mutex<[Int]>([])
        let observer = variable.withValue(1) {
            center.addObserver(forName: name, object: nil, queue: nil, context: .current) { _ in
                seen.withLock { $0.append(variable.get()) }
                #expect(throws: Never.self) { try variable.set(3) }
            }
        }
        try Context().run {
            try variable.set(2)
            center.post(name: name, object: nil)
            center.post(name: name, object: nil)
            #expect(variable.get() == 2)
        }
        center.removeObserver(observer)
        center.post(name: name, object: nil)
        #expect(seen.withLock { $0 } == [1, 1])
    }

    @Test func `An observer on a queue has the values of where it was added`() {
        let seen = Mutex<[Int]>([])
        let queue = OperationQueue()
        let observers = variable.withValue(1) {
            [
                center.addObserver(forName: name, object: nil, queue: queue) { _ in
                    seen.withLock { $0.append(variable.get()) }
                },
                center.addObserver(forName: name, object: nil, queue: queue, context: .current) { _ in
                    seen.withLock { $0.append(variable.get()) }
                },
            ]
        }
        center.post(name: name, object: nil)
        queue.waitUntilAllOperationsAreFinished()
        #expect(seen.withLock { $0.sorted() } == [0, 1])
        for observer in observers { center.removeObserver(observer) }
    }

    @Test func `An observer's values die when it is removed`() {
        let (object, objects) = (Weak(), ContextVar<Object?>("object"))
        do {
            let observer = center.addObserver(
                forName: name, object: nil, queue: nil,
                context: ContextSnapshot().with(objects, object.track(Object()))
            ) { _ in #expect(objects.get() != nil) }
            center.post(name: name, object: nil)
            #expect(object.isAlive)
            center.removeObserver(observer)
        }
        #expect(!object.isAlive)
    }
}
