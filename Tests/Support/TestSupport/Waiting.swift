// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// Waits for what another thread is about to do, such as to free an ended task's memory; a minute or more, after which the
/// test says what hasn't happened.
package nonisolated(nonsending) func waitUntil(_ condition: () -> Bool) async {
    for _ in 0..<60_000 where !condition() { try? await Task.sleep(for: .milliseconds(1)) }
}

/// Lets asynchronous code wait for synchronous code.
package final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)

    package init() {}

    /// Lets all pass that wait, and that come later.
    package func open() { isOpen.store(true, ordering: .releasing) }

    /// Waits until the gate is open.
    package func wait() async { while !isOpen.load(ordering: .acquiring) { await Task.yield() } }
}

/// Runs a function on a thread of a queue, where no context is current, and waits for it.
package func onQueue(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
        // contextvars:ignore tests use it to be where no context is current
        DispatchQueue.global().async {
            body()
            continuation.resume()
        }
    }
}

/// Runs tasks on its own threads, so that one may block while it waits for another.
package final class BlockingExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "blocking", attributes: .concurrent)

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Runs a function on a new thread, where no context is current, and waits for it.
package func onNewThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        // contextvars:ignore tests use it to be where no context is current
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}

/// Runs what waits by blocking, for a process for instance, on a thread of its own: those that run tasks are few.
package func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        // contextvars:ignore what waits for a process reads no variable
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
