import Foundation
import Subprocess

/// This program with another subcommand, in a process of its own.
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
            let (result, signal) = try await body(announcements(in: process.standardOutput))
            try process.send(signal: signal)
            return (result, signal)
        }
        let (result, signal) = outcome.closureResult
        guard outcome.terminationStatus == (signal == .kill ? .signaled(SIGKILL) : .exited(0)) else {
            throw Failure(description: "the \(name) has not ended well: \(outcome.terminationStatus)")
        }
        return result
    }

    /// Reads all that the process writes, so that it never waits for a reader.
    private func announcements(in output: SubprocessOutputSequence) -> AsyncThrowingStream<Announcement, any Error> {
        let (announcements, reader) = AsyncThrowingStream.makeStream(of: Announcement.self)
        Task {
            do {
                for try await line in output.strings() {
                    if let announcement = Announcement(line: line) { reader.yield(announcement) }
                }
                reader.finish(throwing: Failure(description: "the \(name) has ended by itself"))
            } catch {
                reader.finish(throwing: error)
            }
        }
        return announcements
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
