// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch

/// What a job does: it goes through a task and a queue, and waits for something in between.
struct Work: Sendable {
    let forgetsSnapshot: Bool

    func run() async throws -> [Sighting] {
        let first = Sighting.here("job")
        let task = await Task { Sighting.here("task") }.value
        // In place of a mail server. A worker that is killed has jobs that are here.
        try await Task.sleep(for: .milliseconds(10))
        return [first, task, await onQueue(), .here("end")]
    }

    private func onQueue() async -> Sighting {
        let snapshot = forgetsSnapshot ? ContextSnapshot() : .current
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async(
                execute: snapshot.wrap { continuation.resume(returning: .here("queue")) })
        }
    }
}
