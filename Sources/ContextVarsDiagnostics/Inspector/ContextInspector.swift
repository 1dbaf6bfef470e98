// SPDX-License-Identifier: Apache-2.0
import CContextVarsDiagnostics
import CContextVarsFrames
import ContextVars
import Foundation

/// Lists the contexts that are current somewhere in the process right now.
///
/// ```swift
/// ContextInspector.start()
/// …
/// print(ContextInspector.live())
/// ```
///
/// It knows the contexts that have been entered since it was started, but not where a task is suspended, which the Swift
/// runtime tells only debuggers. While it is stopped, a read costs no more, and other operations one more load; while it is
/// started, each scope and each task takes an uncontended lock twice.
public enum ContextInspector {
    /// Whether the inspector is started.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public static var isStarted: Bool { Observers.current.contains(.inspector) }

    /// Starts keeping a list.
    ///
    /// - Complexity: O(1). Safe from any thread. Does nothing if it is started.
    public static func start() {
        changing.withLock {
            if isStarted { return }
            Observers.start(.inspector)
            LiveContexts.begin()
        }
    }

    /// Stops keeping a list, and forgets it.
    ///
    /// - Complexity: O(*n*) for *n* contexts. Safe from any thread.
    public static func stop() {
        changing.withLock {
            LiveContexts.end()
            Observers.stop(.inspector)
        }
    }

    /// Held while the inspector is started or stopped.
    ///
    /// The list takes entries only while the engine reports ends, since what it lists must be alive.
    private static let changing = NSLock()

    /// The contexts that are current somewhere; none if the inspector isn't started.
    ///
    /// The process goes on meanwhile.
    ///
    /// - Complexity: O(*n*) for *n* contexts. Safe from any thread. While it runs, at most one in 64 of the scopes that other
    ///   code opens or ends waits for it, for microseconds.
    public static func live() -> LiveReport {
        let now = contextvars_nanoseconds()
        var report = LiveReport()
        Observers.unobserved {
            let (contexts, waiting) = LiveContexts.all()
            report = LiveReport(
                contexts: contexts.map { LiveContext($0.entry, values: $0.values, now: now) }.sorted(),
                tasksWithUnusedContext: waiting,
                enteredBeforeStart: max(contextvars_used_frame_count() - contexts.count - waiting, 0))
        }
        return report
    }
}

/// One context that is current somewhere.
public struct LiveContext: Codable, Sendable, Identifiable {
    /// A task or a thread.
    public struct Owner: Codable, Sendable, Hashable {
        /// The kinds of owner.
        public enum Kind: String, Codable, Sendable {
            /// A task.
            case task
            /// A thread outside of any task.
            case thread
        }

        /// Whether the owner is a task or a thread.
        public let kind: Kind
        /// The task's number among tasks, or the thread's among threads.
        public let number: UInt64
        /// The name of the task or thread, if it has one.
        public let name: String?
    }

    /// One variable that is set.
    public struct Variable: Codable, Sendable {
        /// The variable's name.
        public let name: String
        /// The variable's value, if it is declared printable.
        public let value: String?
    }

    /// The number of the context, as in traces.
    public let id: UInt64
    /// The task or thread that has it.
    public let owner: Owner
    /// For how long the context has been current, in seconds.
    public let age: Double
    /// The context that it was copied from, if that is known.
    public let copiedFrom: UInt64?
    /// The variables that are set in it, sorted by name.
    public let variables: [Variable]

    init(_ entry: LiveContexts.Entry, values: ContextSnapshot, now: UInt64) {
        id = entry.context
        owner = Owner(
            kind: contextvars_lane_is_thread(entry.lane) ? .thread : .task, number: entry.lane >> 1,
            name: entry.ownerName)
        age = Double(now > entry.since ? now - entry.since : 0) / 1e9
        copiedFrom = entry.parent
        variables = values.variables.map {
            Variable(name: $0.variable.name, value: PrintedValue.of($0.variable, $0.value))
        }
        .sorted { $0.name < $1.name }
    }
}

extension LiveContext: Comparable {
    /// Whether the left context has the lower number.
    public static func < (lhs: LiveContext, rhs: LiveContext) -> Bool { lhs.id < rhs.id }

    /// Whether both contexts have the same number.
    public static func == (lhs: LiveContext, rhs: LiveContext) -> Bool { lhs.id == rhs.id }
}

extension LiveContext: CustomStringConvertible {
    /// The context in one line.
    public var description: String {
        let name = owner.name.map { " \"\($0)\"" } ?? ""
        let list = variables.map { $0.value == nil ? $0.name : "\($0.name)=\($0.value!)" }.joined(separator: ", ")
        let parent = copiedFrom.map { ", copied from \($0)" } ?? ""
        return "context \(id): \(owner.kind.rawValue) \(owner.number)\(name), \(Self.seconds(age))\(parent) {\(list)}"
    }

    private static func seconds(_ age: Double) -> String { "for \(String(format: "%.3f", age)) s" }
}
