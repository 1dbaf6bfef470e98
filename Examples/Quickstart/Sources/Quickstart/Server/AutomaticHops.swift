// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation

// Hops onto threads that Swift's concurrency doesn't manage, with `--automatic`: nothing is passed and nothing is wrapped.

private let queue = DispatchQueue(label: "quickstart.queue", attributes: .concurrent)

/// The block has a copy of the context at the handover, where it may also set.
func plainQueue() async throws -> Hop {
    try await withCheckedThrowingContinuation { continuation in
        // contextvars:ignore the context follows by itself
        queue.async {
            continuation.resume(
                with: Result {
                    let inherited = Hop.seen(by: "inherited")
                    // contextvars:ignore the same
                    try Current.step.set(step("queue"))
                    return .seen(by: "DispatchQueue", children: [inherited])
                }
            )
        }
    }
}

/// The thread has one for life.
func plainThread() async -> Hop {
    await withCheckedContinuation { continuation in
        Thread { continuation.resume(returning: .seen(by: "Thread")) }.start()
    }
}
