// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Where all tasks of the program run: on the main thread, one job after the other.
///
/// So the instructions are the same in each run, and callgrind, which fails on Dispatch's threads, can count them.
@globalActor
package actor SingleThread {
    package static let shared = SingleThread()
    package static let queue = JobQueue()

    package nonisolated var unownedExecutor: UnownedSerialExecutor { Self.queue.asUnownedSerialExecutor() }
}

/// Jobs that wait for the thread that runs them.
///
/// Also what tasks prefer: where they leave the actor, waiting for another task say, they stay on the thread.
package final class JobQueue: SerialExecutor, TaskExecutor {
    private struct State: Sendable {
        var jobs: [UnownedJob] = []
        var isCounting = false
    }

    private let state = Mutex(State())

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// Runs jobs on the calling thread until none is left.
    package func run() {
        while let (job, isCounted) = next() {
            if isCounted { countInstructions { run(job) } } else { run(job) }
        }
    }

    private func run(_ job: UnownedJob) {
        job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }

    /// Counts the instructions of the jobs that begin from now on, or no more.
    func setCounting(_ isCounting: Bool) {
        state.withLock { $0.isCounting = isCounting }
    }

    private func next() -> (UnownedJob, isCounted: Bool)? {
        state.withLock { state in
            state.jobs.isEmpty ? nil : (state.jobs.removeFirst(), state.isCounting)
        }
    }
}
