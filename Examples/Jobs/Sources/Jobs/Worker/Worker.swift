// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsTracing

/// Does jobs, several at once, each in a context with the variables of the request that wanted it.
struct Worker: Sendable {
    let store: JobStore
    let messages: BaggageInstrument
    let mistakes: [Mistake]
    let concurrency: Int

    /// Until its task is cancelled; the jobs that are under way then are done.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var running = 0
            var isIdle = false
            while !Task.isCancelled {
                if running == concurrency {
                    try await group.next()
                    running -= 1
                } else if let job = try await uncancelled({ try await store.take() }) {
                    isIdle = false
                    running += 1
                    if let id = job.id { Announcement.took(id).print() }
                    group.addTask { try await uncancelled { try await perform(job) } }
                } else if running > 0 {
                    try await group.next()
                    running -= 1
                } else {
                    if !isIdle { Announcement.idle.print() }
                    isIdle = true
                    // SQLite tells a process nothing of what another one writes.
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            try await group.waitForAll()
        }
    }

    /// In its own task, to which the cancellation of the worker doesn't come: a job that was taken is done.
    private func uncancelled<Result: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await Task { try await operation() }.value
    }

    private func perform(_ job: Job) async throws {
        // It begins with nothing, so that no value of the worker or of another job is in it.
        var snapshot = ContextSnapshot()
        if !mistakes.contains(.receiving) {
            snapshot = snapshot.receiving(from: job.context, using: messages)
        }
        try await snapshot.run {
            try Current.attempt.set(job.attempts)
            let sightings = try await Work(forgetsSnapshot: mistakes.contains(.queue)).run()
            try await store.finish(job, seeing: sightings)
            log.info("job \(job.id ?? 0) is done")
        }
    }
}
