// SPDX-License-Identifier: Apache-2.0
import Foundation
import Subprocess

/// A service in a separate process: this program with another subcommand.
struct ServiceProcess {
    let name: String
    let arguments: [String]

    /// Runs `body` with the service's port while the service is up, and has it end by SIGTERM afterwards.
    ///
    /// - Throws: What `body` throws; ``Failure`` if the service doesn't start, or doesn't end well.
    func whileRunning<Result: Sendable>(_ body: (Int) async throws -> Result) async throws -> Result {
        guard let program = Bundle.main.executablePath else { throw Failure(description: "no path of this program") }
        // Also what happens on cancellation, and where the body throws.
        let ending = TeardownStep.gracefulShutDown(allowedDurationToNextStep: .seconds(10))
        var options = PlatformOptions()
        options.teardownSequence = [ending]

        let result = try await run(
            .path(.init(program)), arguments: Arguments([name] + arguments), platformOptions: options,
            input: .none, output: .sequence, error: .currentStandardError
        ) { process in
            for try await line in process.standardOutput.strings() {
                guard let port = announcedPort(in: line, of: name) else { continue }
                let result = try await body(port)
                await process.teardown(using: [ending])
                return result
            }
            throw Failure(description: "the \(name) has ended without an address")
        }
        guard case .exited(0) = result.terminationStatus else {
            throw Failure(description: "the \(name) has not ended well: \(result.terminationStatus)")
        }
        return result.closureResult
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
