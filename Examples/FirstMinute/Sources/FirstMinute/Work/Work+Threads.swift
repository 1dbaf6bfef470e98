// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation

// Threads and queues know nothing of the task that sent them something: a task-local value is lost. So is a context
// variable, unless the callback is wrapped in a snapshot. Each of these goes on to the next one from where it has arrived.

extension Work {
    func onQueue(_ finish: @escaping @Sendable (Place) -> Void) {
        let left = ContinuousClock.now
        DispatchQueue.global().async(
            execute: snapshot.wrap {
                let place = Place.here("DispatchQueue.async", since: left, code: "snapshot.wrap { }")
                onThread { finish(place.leading(to: [$0])) }
            })
    }

    private func onThread(_ finish: @escaping @Sendable (Place) -> Void) {
        let left = ContinuousClock.now
        Thread.detachNewThread(
            snapshot.wrap {
                let place = Place.here("Thread", since: left, code: "snapshot.wrap { }")
                inOperation { finish(place.leading(to: [$0])) }
            })
    }

    private func inOperation(_ finish: @escaping @Sendable (Place) -> Void) {
        let left = ContinuousClock.now
        operations.addOperation(
            snapshot.wrap {
                let place = Place.here("OperationQueue", since: left, code: "snapshot.wrap { }")
                inTask { finish(place.leading(to: [$0])) }
            })
    }

    /// The values came here by callbacks; a task takes them on by itself.
    private func inTask(_ finish: @escaping @Sendable (Place) -> Void) {
        let left = ContinuousClock.now
        Task { finish(.here("Task { } again", since: left)) }
    }

    /// A forgotten snapshot gives defaults, never the values of other work; and a `set` says what is missing.
    func queueWithoutSnapshot() async -> Place {
        let left = ContinuousClock.now
        return await withCheckedContinuation { continuation in
            // contextvars:ignore the mistake is what this shows
            DispatchQueue.global().async {
                var place = Place.here("forgotten snapshot", since: left)
                do {
                    // contextvars:ignore the same
                    try Order.id.set("A-9999")
                } catch {
                    place.remark = "\(error)"
                }
                continuation.resume(returning: place)
            }
        }
    }
}

private let operations = OperationQueue()
