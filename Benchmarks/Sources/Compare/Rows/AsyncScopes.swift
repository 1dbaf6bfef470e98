// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness

/// Running an asynchronous body with other values, as each request of a server does.
///
/// The loops are ordinary asynchronous functions, and what the body calls is one too: that is where code of users is.
enum AsyncScopes {
    static let rows: [Row] =
        [
            row("withValue", bar: 1.5, Loops.withValue, Loops.taskLocal),
            row("context.run", bar: 1.5, Loops.runContext, Loops.taskLocal),
            row("snapshot.run", bar: 1.5, Loops.runSnapshot, Loops.taskLocal),
            mainActorRow("withValue", MainActorLoops.withValue),
            mainActorRow("context.run", MainActorLoops.runContext),
            mainActorRow("snapshot.run", MainActorLoops.runSnapshot),
            row("wrapped function", bar: nil, Loops.callWrapped, Loops.taskLocal),
            row("set and token.scope", bar: nil, Loops.setInScope, Loops.taskLocal),
            row("withValue, a result of 64 bytes,", bar: nil, Loops.withLargeResult, Loops.taskLocalWithLargeResult),
            Row(
                "async withValue around a call that reads, no context before",
                against: "TaskLocal.withValue around one, none bound", bar: 1.5
            ) {
                Sides(
                    ours: { meter in try await meter.measure { try await Loops.withValue($0) } },
                    peer: { meter in try await meter.measure { try await Loops.taskLocal($0) } })
            },
        ]

    private typealias Loop = @Sendable (_ iterations: Int) async throws -> Void

    private static func row(_ scope: String, bar: Double?, _ ours: @escaping Loop, _ peer: @escaping Loop) -> Row {
        Row("async \(scope) around a call that reads", against: "TaskLocal.withValue around one", bar: bar) {
            Sides(
                ours: { meter in
                    try await ReadValue.number.inContext { try await meter.measure { try await ours($0) } }
                },
                peer: { meter in
                    try await ReadValue.number.bound { try await meter.measure { try await peer($0) } }
                })
        }
    }

    private static func mainActorRow(_ scope: String, _ ours: @escaping MainActorLoops.Loop) -> Row {
        Row(
            "async \(scope) around a call that reads, on the main actor", against: "TaskLocal.withValue around one",
            bar: 1.5
        ) {
            Sides(
                ours: { meter in
                    try await ReadValue.number.inContext {
                        meter.record(perOperation: try await MainActorLoops.measure(meter.batch, ours))
                    }
                },
                peer: { meter in
                    try await ReadValue.number.bound {
                        meter.record(
                            perOperation: try await MainActorLoops.measure(meter.batch, MainActorLoops.taskLocal))
                    }
                })
        }
    }
}

/// Loops that no actor isolates.
private enum Loops {
    @Sendable static func withValue(_ iterations: Int) async throws {
        for iteration in 0..<iterations {
            keep(await Variables.number.withValue(iteration) { await read() })
        }
    }

    @Sendable static func runContext(_ iterations: Int) async throws {
        let context = Context()
        for _ in 0..<iterations {
            keep(try await context.run { await read() })
        }
    }

    @Sendable static func runSnapshot(_ iterations: Int) async throws {
        let snapshot = ContextSnapshot.current
        for _ in 0..<iterations {
            keep(await snapshot.run { await read() })
        }
    }

    @Sendable static func callWrapped(_ iterations: Int) async throws {
        let wrapped = ContextSnapshot.current.wrap { () async in await read() }
        for _ in 0..<iterations { keep(await wrapped()) }
    }

    @Sendable static func setInScope(_ iterations: Int) async throws {
        for iteration in 0..<iterations {
            keep(try await Variables.number.set(iteration).scope { await read() })
        }
    }

    @Sendable static func withLargeResult(_ iterations: Int) async throws {
        for iteration in 0..<iterations {
            keep(await Variables.number.withValue(iteration) { Large(repeating: await read()) })
        }
    }

    @Sendable static func taskLocal(_ iterations: Int) async throws {
        for iteration in 0..<iterations {
            keep(await Locals.$number.withValue(iteration) { await readTaskLocal() })
        }
    }

    @Sendable static func taskLocalWithLargeResult(_ iterations: Int) async throws {
        for iteration in 0..<iterations {
            keep(await Locals.$number.withValue(iteration) { Large(repeating: await readTaskLocal()) })
        }
    }

    @inline(never) private static func read() async -> Int { Variables.number.get() }
    @inline(never) private static func readTaskLocal() async -> Int { Locals.number }
}

/// Loops on the main actor, where what they call is too: without a switch of actors that would hide the scope.
@MainActor private enum MainActorLoops {
    typealias Loop = @MainActor @Sendable (_ iterations: Int) async throws -> Void

    /// Measures on the main actor, without the hop to it, which may wait for the thread to wake up.
    static func measure(_ batch: Meter.Batch, _ loop: Loop) async throws -> Double {
        try await batch.measure { try await loop($0) }
    }

    @Sendable static func withValue(_ iterations: Int) async throws {
        for iteration in 0..<iterations {
            keep(await Variables.number.withValue(iteration) { await read() })
        }
    }

    @Sendable static func runContext(_ iterations: Int) async throws {
        let context = Context()
        for _ in 0..<iterations {
            keep(try await context.run { await read() })
        }
    }

    @Sendable static func runSnapshot(_ iterations: Int) async throws {
        let snapshot = ContextSnapshot.current
        for _ in 0..<iterations {
            keep(await snapshot.run { await read() })
        }
    }

    @Sendable static func taskLocal(_ iterations: Int) async throws {
        for iteration in 0..<iterations {
            keep(await Locals.$number.withValue(iteration) { await readTaskLocal() })
        }
    }

    @inline(never) private static func read() async -> Int { Variables.number.get() }
    @inline(never) private static func readTaskLocal() async -> Int { Locals.number }
}
