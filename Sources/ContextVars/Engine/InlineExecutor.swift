// SPDX-License-Identifier: Apache-2.0
/// Runs each job at once, on the thread that enqueues it.
final class InlineExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        UnownedJob(job).runSynchronously(on: asUnownedTaskExecutor())
    }
}
