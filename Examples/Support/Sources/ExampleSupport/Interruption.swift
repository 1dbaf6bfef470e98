// SPDX-License-Identifier: Apache-2.0
import UnixSignals

/// Cancels an operation on SIGINT and SIGTERM, so that it can end what it has started.
///
/// - Throws: What the operation throws, or ``Interruption``.
public func endingOnSignals<Result: Sendable>(
    _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    return try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            for await _ in signals { break }
            throw Interruption()
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}

/// A signal ended the operation.
public struct Interruption: Error, CustomStringConvertible {
    /// What the command says.
    public let description = "interrupted; the processes have ended"
}
