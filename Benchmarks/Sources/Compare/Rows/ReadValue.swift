// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Harness

/// What a row reads: a number, or a string that is on the heap.
enum ReadValue: String, CaseIterable {
    case number = "Int"
    case text = "String"

    /// Runs the body in a context in which the variable is set.
    nonisolated(nonsending) func inContext<Result>(
        _ body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        try await Context().run {
            switch self {
            case .number: try Variables.number.set(1)
            case .text: try Variables.text.set(requestID)
            }
            return try await body()
        }
    }

    /// Runs the body where the task-local value is bound, and nothing else.
    nonisolated(nonsending) func bound<Result>(
        _ body: nonisolated(nonsending) () async throws -> Result
    ) async rethrows -> Result {
        switch self {
        case .number: try await Locals.$number.withValue(1) { try await body() }
        case .text: try await Locals.$text.withValue(requestID) { try await body() }
        }
    }

    /// Measures a loop that reads the variable.
    func read(_ meter: Meter) {
        switch self {
        case .number:
            meter.measure { iterations in
                for _ in 0..<iterations { keep(Variables.number.get()) }
            }
        case .text:
            meter.measure { iterations in
                for _ in 0..<iterations { keep(Variables.text.get()) }
            }
        }
    }

    /// Measures a loop that reads the task-local value.
    func readTaskLocal(_ meter: Meter) {
        switch self {
        case .number:
            meter.measure { iterations in
                for _ in 0..<iterations { keep(Locals.number) }
            }
        case .text:
            meter.measure { iterations in
                for _ in 0..<iterations { keep(Locals.text) }
            }
        }
    }

    /// Reads the variable so often, unmeasured: what a sibling does meanwhile.
    func read(times count: Int) {
        switch self {
        case .number: for _ in 0..<count { keep(Variables.number.get()) }
        case .text: for _ in 0..<count { keep(Variables.text.get()) }
        }
    }

    /// Reads the task-local value so often, unmeasured.
    func readTaskLocal(times count: Int) {
        switch self {
        case .number: for _ in 0..<count { keep(Locals.number) }
        case .text: for _ in 0..<count { keep(Locals.text) }
        }
    }
}
