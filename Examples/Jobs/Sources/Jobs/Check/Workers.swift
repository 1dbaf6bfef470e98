// SPDX-License-Identifier: Apache-2.0
import Subprocess

/// Workers, one after the other: each but the last is killed while it is at jobs.
struct Workers: Sendable {
    let arguments: [String]
    let store: JobStore
    let jobs: Int
    let kills: Int

    /// Until every job was taken.
    ///
    /// - Parameter queueing: Puts the jobs into the database, and ends.
    /// - Returns: How many jobs each killed worker was at.
    func run(while queueing: Task<SentJobs, any Error>) async throws -> [Int] {
        var cutOff: [Int] = []
        while true {
            // Spread over the first half of the jobs. The second one leaves time: the worker doesn't wait for SIGKILL.
            let killAfter = cutOff.count < kills ? jobs * (cutOff.count + 1) / (2 * kills) : nil
            let isLast = try await ChildProcess(name: "worker", arguments: arguments).whileRunning { announcements in
                let isLast = try await isDone(events(announcements, queueing), killAfter: killAfter)
                // The first it can't see coming; on the second it ends what it has taken.
                return (isLast, isLast ? .terminate : .kill)
            }
            if isLast { return cutOff }
            let taken = try await store.count(.taken)
            // It may have been between two jobs just then. In that case the next one is killed.
            if taken > 0 { cutOff.append(taken) }
        }
    }

    private enum Event {
        case worker(Announcement)
        case allQueued
    }

    /// - Returns: Whether all jobs were taken; otherwise it is time to kill the worker.
    private func isDone(_ events: AsyncThrowingStream<Event, any Error>, killAfter: Int?) async throws -> Bool {
        var last: Announcement?
        var areAllQueued = false
        for try await event in events {
            switch event {
            case .worker(let announcement):
                if let killAfter, case .took(let job) = announcement, job > killAfter { return false }
                last = announcement
            case .allQueued:
                areAllQueued = true
            }
            // A worker that has announced nothing yet would not know what SIGTERM means. One about to be killed may be
            // ahead of what was read here, unless it is idle.
            guard areAllQueued, let last, killAfter == nil || last == .idle else { continue }
            if try await store.count(.queued) == 0 { return true }
        }
        throw CancellationError()
    }

    private func events(
        _ announcements: AsyncThrowingStream<Announcement, any Error>, _ queueing: Task<SentJobs, any Error>
    ) -> AsyncThrowingStream<Event, any Error> {
        let (events, sender) = AsyncThrowingStream.makeStream(of: Event.self)
        Task {
            do {
                for try await announcement in announcements { sender.yield(.worker(announcement)) }
            } catch {
                sender.finish(throwing: error)
            }
        }
        Task {
            switch await queueing.result {
            case .success: sender.yield(.allQueued)
            case .failure(let error): sender.finish(throwing: error)
            }
        }
        return events
    }
}
