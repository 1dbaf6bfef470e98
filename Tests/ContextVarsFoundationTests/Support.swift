// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import Synchronization

/// Whether nothing has a context entered.
func isFree(_ context: Context) -> Bool {
    do { return try context.run { true } } catch { return false }
}

/// Runs a function on a new thread, and then the thread's run loop until there is a result.
func onRunLoop<Result: Sendable>(
    _ start: @escaping @Sendable (_ finish: @escaping @Sendable (Result) -> Void) -> Void
) async -> Result {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread {
            let results = Mutex<[Result]>([])
            start { result in results.withLock { $0.append(result) } }
            while results.withLock({ $0.isEmpty }) {
                _ = RunLoop.current.run(mode: .default, before: Date(timeIntervalSinceNow: 0.01))
            }
            continuation.resume(returning: results.withLock { $0[0] })
        }
    }
}

/// A value to track.
final class Object: Sendable {}
