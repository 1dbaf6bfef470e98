// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation
import NIOCore

// Hops onto threads that Swift's concurrency doesn't manage: a snapshot takes the values across.

private let queue = DispatchQueue(label: "quickstart.queue", attributes: .concurrent)

/// `run` gives the block a copy of the snapshot, where it may also set.
func dispatchQueue(forgetsSnapshot: Bool) async throws -> Hop {
    let snapshot = forgetsSnapshot ? nil : ContextSnapshot.current
    return try await withCheckedThrowingContinuation { continuation in
        // contextvars:ignore the block runs in the snapshot, where there is one
        queue.async {
            continuation.resume(
                with: Result {
                    guard let snapshot else { return .seen(by: "DispatchQueue", children: [.seen(by: "inherited")]) }
                    return try snapshot.run {
                        let inherited = Hop.seen(by: "inherited")
                        try Current.step.set(step("queue"))
                        return .seen(by: "DispatchQueue", children: [inherited])
                    }
                }
            )
        }
    }
}

/// A pooled thread keeps nothing of the requests it served before: without a snapshot there are only defaults, unless the
/// values follow by themselves.
func queueWithoutSnapshot() async -> Hop {
    await withCheckedContinuation { continuation in
        queue.async {
            continuation.resume(returning: .seen(by: "DispatchQueue, no snapshot"))
        }
    }
}

/// `wrap` turns a callback into one that brings the values with it, regardless of its parameters.
func eventLoopCallback(on eventLoop: any EventLoop) async throws -> Hop {
    let snapshot = ContextSnapshot.current
    let promise = eventLoop.makePromise(of: Hop.self)
    // contextvars:ignore nobody else waits for this promise
    eventLoop.execute(snapshot.wrap { promise.succeed(.seen(by: "execute")) })
    return try await promise.futureResult
        .map(snapshot.wrap { executed in Hop.seen(by: "EventLoop callback", children: [executed]) })
        .get()
}

/// The same `wrap` for a thread's block.
func thread() async -> Hop {
    await withCheckedContinuation { continuation in
        let block = ContextSnapshot.current.wrap {
            continuation.resume(returning: .seen(by: "Thread"))
        }
        Thread(block: block).start()
    }
}
