// SPDX-License-Identifier: Apache-2.0
#if NIO
import ContextVars
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// The variables that the tests of this target use.
enum Request {
    static let id = ContextVar<String?>("request.id")
    static let sum = ContextVar("request.sum", default: 0)
    static let connection = ContextVar<String?>("connection")
    /// Tells when contexts are gone: they hold its value.
    static let witness = ContextVar<Witness?>("witness")
}

/// An object for contexts to hold: when it is gone, so are they.
final class Witness: Sendable {
    private let counter: Witnesses?

    init(countedBy counter: Witnesses? = nil) {
        self.counter = counter
        counter?.made.add(1, ordering: .relaxed)
        counter?.living.add(1, ordering: .relaxed)
    }

    deinit { counter?.living.subtract(1, ordering: .relaxed) }
}

/// Counts witnesses.
final class Witnesses: Sendable {
    let made = Atomic(0)
    let living = Atomic(0)
}

/// Runs a test with event loops of its own, and shuts them down.
func withEventLoopGroup<Result: Sendable>(
    _ count: Int, _ body: (any EventLoopGroup, [any EventLoop]) async throws -> Result
) async throws -> Result {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: count)
    let result: Result
    do {
        result = try await body(group, Array(group.makeIterator()))
    } catch {
        try await group.shutdownGracefully()
        throw error
    }
    try await group.shutdownGracefully()
    return result
}

/// Runs a test with event loops of its own, and shuts them down.
func withEventLoops<Result: Sendable>(
    _ count: Int = 1, _ body: ([any EventLoop]) async throws -> Result
) async throws -> Result {
    try await withEventLoopGroup(count) { try await body($1) }
}

/// Checks that the thread of an event loop has kept nothing.
func expectNoContext(on loop: any EventLoop, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let isSo = try await loop.submit { noContextIsCurrent() }.get()
    #expect(isSo, "the thread has a context", sourceLocation: sourceLocation)
}

/// What code on a thread without context finds.
func noContextIsCurrent() -> Bool {
    do {
        try Request.sum.set(1)
        return false
    } catch {
        return error == .noCurrentContext && Request.id.get() == nil
    }
}
#endif
