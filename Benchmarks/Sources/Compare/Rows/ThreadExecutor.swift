// SPDX-License-Identifier: Apache-2.0
import CMeasure
import Foundation
import Synchronization

/// Runs jobs on one thread that it starts, one after another.
///
/// The thread stays on one processor, so that a hop from one executor to another costs the same each time.
/// The thread keeps the executor alive until ``end()``.
final class ThreadExecutor: SerialExecutor {
    private let jobs = Mutex((waiting: [UnownedJob](), hasEnded: false))
    private let signal = DispatchSemaphore(value: 0)

    init(processor: Int) {
        Thread.detachNewThread { [self] in
            measure_keep_thread_on(Int32(processor))
            while let job = next() { job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.waiting.append(job) }
        signal.signal()
    }

    /// Lets the thread end when it has run what was given to it.
    func end() {
        jobs.withLock { $0.hasEnded = true }
        signal.signal()
    }

    /// The next job when there is one, or nil at the end.
    private func next() -> UnownedJob? {
        signal.wait()
        return jobs.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    }
}
