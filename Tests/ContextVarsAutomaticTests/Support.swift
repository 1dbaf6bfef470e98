// SPDX-License-Identifier: Apache-2.0
import ContextVars
import ContextVarsAutomatic
import Dispatch
import Synchronization
import Testing

// Contexts follow work in a whole process, so each test has one for itself: an exit test. There its expectations are
// checked as anywhere else.

/// What requests have.
let request = ContextVar<String?>("request")

/// What work reads that is handed over in a context with a value, whatever is set there afterwards.
///
/// - Parameter handOver: Hands over the function that it is given.
func valueSeen(
    by handOver: (@escaping @Sendable () -> Void) throws -> Void, in value: String = "a7"
) async throws -> String? {
    let seen = Seen()
    try Context().run {
        try request.set(value)
        try handOver { seen.note() }
        try request.set("later")
    }
    return await seen.value
}

/// What one piece of work has read, to be waited for.
final class Seen: Sendable {
    private let values: AsyncStream<String?>
    private let continuation: AsyncStream<String?>.Continuation

    init() {
        (values, continuation) = AsyncStream.makeStream()
    }

    /// Reads the variable here.
    func note() { continuation.yield(request.get()) }

    /// What was read first.
    var value: String? {
        get async { await first(1)[0] }
    }

    /// What was read by so many pieces of work, in the order in which they did.
    func first(_ count: Int) async -> [String?] {
        var iterator = values.makeAsyncIterator()
        var seen: [String?] = []
        while seen.count < count, let value = await iterator.next() { seen.append(value) }
        return seen
    }
}

/// Runs code in a new context with a value.
func inRequest<Result>(_ value: String, _ body: () throws -> Result) throws -> Result {
    try Context().run {
        try request.set(value)
        return try body()
    }
}

/// A value that counts how many of its kind are alive.
final class Counted: Sendable {
    static let alive = Atomic(0)
    static let variable = ContextVar<Counted?>("counted")

    init() { Counted.alive.add(1, ordering: .relaxed) }
    deinit { Counted.alive.subtract(1, ordering: .relaxed) }
}
