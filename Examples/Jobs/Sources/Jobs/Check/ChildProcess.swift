// SPDX-License-Identifier: Apache-2.0
import Foundation
import Subprocess

/// This program with another subcommand, in a separate process.
struct ChildProcess: Sendable {
    let name: String
    let arguments: [String]

    /// Runs `body` with what the process announces, and ends the process with the signal that `body` returns.
    ///
    /// - Throws: What `body` throws; ``Failure`` if the process doesn't end as it should on that signal.
    func whileRunning<Result: Sendable>(
        _ body: (AsyncThrowingStream<Announcement, any Error>) async throws -> (Result, Signal)
    ) async throws -> Result {
        guard let program = Bundle.main.executablePath else { throw Failure(description: "no path of this program") }
        var options = PlatformOptions()
        // On cancellation, and where the body throws.
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(10))]

        let outcome = try await run(
            .path(.init(program)), arguments: Arguments([name] + arguments), platformOptions: options,
            input: .none, output: .sequence, error: .currentStandardError
        ) { process in
            let (announcements, reader) = announcements(in: process.standardOutput)
            let (result, signal) = try await body(announcements)
            try process.send(signal: signal)
            // It may write until it ends, and nobody would read it then: that is a SIGPIPE.
            await reader.value
            return (result, signal)
        }
        let (result, signal) = outcome.closureResult
        guard outcome.terminationStatus == (signal == .kill ? .signaled(SIGKILL) : .exited(0)) else {
            throw Failure(description: "the \(name) has not ended well: \(outcome.terminationStatus)")
        }
        return result
    }

    /// What the process announces, and the task that reads all it writes until it ends.
    private func announcements(
        in output: SubprocessOutputSequence
    ) -> (AsyncThrowingStream<Announcement, any Error>, reader: Task<Void, Never>) {
        let (announcements, sender) = AsyncThrowingStream.makeStream(of: Announcement.self)
        let reader = Task {
            do {
                for try await line in output.strings() {
                    if let announcement = Announcement(line: line) { sender.yield(announcement) }
                }
                sender.finish(throwing: Failure(description: "the \(name) has ended by itself"))
            } catch {
                sender.finish(throwing: error)
            }
        }
        return (announcements, reader)
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
