// SPDX-License-Identifier: Apache-2.0
import ContextVars

/// A read of a variable, or a `set` that was refused, where no context is current: `ContextLossDetector` reports it.
///
/// Its ``description`` is one line that names the place, where the work came from, and what to write.
public struct ContextLoss: Sendable {
    /// The operations that can lose a context.
    public enum Operation: Sendable {
        /// The variable was read, as its default.
        case read
        /// A `set` or `reset` was refused.
        case set
    }

    /// Where the work that has no context was handed over, in a program with `ContextVarsAutomatic`.
    public struct HandOver: Sendable {
        /// The line that handed it over.
        public let site: CallSite?
        /// The function that handed it over: `DispatchQueue.async`.
        public let boundary: String
        /// How long before the loss it was handed over.
        public let age: Duration
        /// Whether a context was current there.
        public let hadContext: Bool
        /// Whether the variable was set there.
        public let wasSet: Bool
        /// The variable's value there; `nil` unless it is printable and was set.
        public let value: String?
        /// What to write instead.
        public let advice: String
    }

    /// The variable that was read or set.
    public let variable: AnyContextVar
    /// The operation that lost the context.
    public let operation: Operation
    /// The line with the operation.
    public let site: CallSite?
    /// That line and those that led to it.
    public let backtrace: [CallSite]
    /// The queue, task or thread: `queue "mail"`.
    public let runner: String
    /// Where the work was handed over, if that is known.
    public let handOver: HandOver?
    /// How often this line has lost the context by that handover until now.
    public internal(set) var count: Int
}

extension ContextLoss: CustomStringConvertible {
    /// The loss in one line.
    public var description: String {
        let action = operation == .read ? "read as its default" : "not set, because no context is current,"
        var line = "\(variable.name) \(action) at \(site.map(\.description) ?? "an unknown place"), on \(runner)"
        if let handOver {
            line += "; handed over at \(handOver.site.map(\.description) ?? "an unknown place") by \(handOver.boundary)"
            line += ", \(handOver.state)"
            if handOver.hadContext { line += "; write \(handOver.advice)" }
        } else if isInTask {
            line += "; write Task { … } in place of Task.detached, or Context().run { … } where new work begins"
        } else {
            line += "; write ContextSnapshot.current.wrap { … } where this work is handed over"
        }
        return count > 1 ? "\(line) (\(count) times)" : line
    }
}

extension ContextLoss {
    private var isInTask: Bool { runner.hasPrefix("task ") || runner == "a task" }
}

extension ContextLoss: CustomDebugStringConvertible {
    /// The loss in one line, and its backtrace.
    public var debugDescription: String {
        ([description] + backtrace.map { "    \($0.longDescription)" }).joined(separator: "\n")
    }
}

extension ContextLoss.HandOver {
    fileprivate var state: String {
        if !hadContext { return "where no context was current either" }
        if !wasSet { return "where it wasn't set" }
        return value.map { "where it was \($0)" } ?? "where it was set"
    }
}
