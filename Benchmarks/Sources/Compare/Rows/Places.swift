// SPDX-License-Identifier: Apache-2.0
import Foundation
import Harness
import Synchronization

/// Where a loop runs, seen from the task that has the context: in a child of it, say.
typealias Place = @Sendable (Meter.Batch, _ loop: @escaping @Sendable (Meter) throws -> Void) async throws -> Double

enum Places {
    /// An `async let` child.
    static let asyncLet: Place = { batch, loop in
        async let figure = batch.measure(loop)
        return try await figure
    }

    /// A child of a task group.
    static let groupChild: Place = { batch, loop in
        try await withThrowingTaskGroup { group in
            group.addTask { try batch.measure(loop) }
            return try await group.next() ?? .nan
        }
    }

    /// A child of a child, so many deep.
    static func nested(_ depth: Int) -> Place {
        { batch, loop in
            if depth == 1 { return try await asyncLet(batch, loop) }
            async let figure = nested(depth - 1)(batch, loop)
            return try await figure
        }
    }

    /// A child of a task group while a sibling does something else all the time.
    static func besideSibling(doing work: @escaping @Sendable () -> Void) -> Place {
        { batch, loop in
            try requireTwoProcessors()
            let meeting = Meeting()
            return try await withThrowingTaskGroup { group in
                group.addTask {
                    meeting.keepBusy(work)
                    return Double.nan
                }
                group.addTask {
                    try meeting.meet { try batch.measure(loop) }
                }
                return try await group.reduce(.nan) { $1.isNaN ? $0 : $1 }
            }
        }
    }

    /// An `async let` child while its parent does something all the time.
    static func besideParent(doing work: @escaping @Sendable () -> Void) -> Place {
        { batch, loop in
            try requireTwoProcessors()
            let meeting = Meeting()
            async let figure = meeting.meet { try batch.measure(loop) }
            meeting.keepBusy(work)
            return try await figure
        }
    }

    /// The parent itself while an `async let` child does something all the time.
    static func withBusyChild(doing work: @escaping @Sendable () -> Void) -> Place {
        { batch, loop in
            try requireTwoProcessors()
            let meeting = Meeting()
            async let child: Void = meeting.keepBusy(work)
            let figure = try meeting.meet { try batch.measure(loop) }
            await child
            return figure
        }
    }

    /// A thread that runs no task.
    static let thread: Place = { batch, loop in
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try batch.measure(loop) })
            }
        }
    }

    /// Two that wait for each other would do so for ever on one thread.
    private static func requireTwoProcessors() throws {
        guard ProcessInfo.processInfo.activeProcessorCount > 1 else { throw Unavailable("needs two processors") }
    }
}

/// Two pieces of work at the same time: one is measured, the other keeps a processor busy until that has ended.
final class Meeting: Sendable {
    private let hasBegun = Atomic(false)
    private let isOver = Atomic(false)

    func keepBusy(_ work: () -> Void) {
        while !isOver.load(ordering: .relaxed) {
            work()
            hasBegun.store(true, ordering: .relaxed)
        }
    }

    func meet<Result>(_ work: () throws -> Result) rethrows -> Result {
        while !hasBegun.load(ordering: .relaxed) {}
        defer { isOver.store(true, ordering: .relaxed) }
        return try work()
    }
}
