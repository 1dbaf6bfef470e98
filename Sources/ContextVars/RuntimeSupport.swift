// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import Synchronization

/// What this library can do with the Swift runtime of the process.
///
/// A plain `Task { }` gets its copy of the current context because the runtime copies task-local values into new tasks, on
/// the creating thread, in a way that this library observes. No documentation promises that. So the library checks it once,
/// before the first context is bound. If the check fails, the process goes on: a plain task then has no context, its variables
/// have their defaults, and ``ContextVar/set(_:)`` throws ``ContextError/noCurrentContext``. It never has another task's values.
///
/// Everything explicit works in any case: `Task(context:)`, `group.addTask(context:)`, snapshots, ``Context/run(_:)-7vyiv``
/// and ``ContextVar/withValue(_:operation:)-9o8z3``.
public enum RuntimeSupport: Sendable, Hashable {
    /// Everything works as documented.
    case full

    /// Plain tasks have no context. Structured children borrow their parent's.
    case withoutTaskCopies(because: String)

    /// Neither plain tasks nor structured children have a context unless they are given one.
    case explicitOnly(because: String)
}

extension RuntimeSupport {
    /// The level of support in this process.
    ///
    /// The first call checks the runtime, unless a context was bound before. If something is missing, one line on standard
    /// error says so, once.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public static var current: RuntimeSupport {
        prepareEngine()
        return known.withLock { $0 }
    }

    /// Ends the process if the runtime supports less than this, with a message that says what is missing.
    ///
    /// For a program that would rather not start than have tasks without a context. Call it first in `main`:
    ///
    /// ```swift
    /// RuntimeSupport.require(.full)
    /// ```
    ///
    /// - Complexity: O(1). Safe from any thread.
    public static func require(_ needed: RuntimeSupport) {
        let current = current
        if current.rank < needed.rank, let complaint = current.complaint { fatalError(complaint) }
    }

    static let known = Mutex(RuntimeSupport.full)

    /// What a test asks for, by the environment variable `CONTEXTVARS_RUNTIME_SUPPORT`.
    static var forced: RuntimeSupport? {
        guard let name = contextvars_environment("CONTEXTVARS_RUNTIME_SUPPORT") else { return nil }
        let reason = "CONTEXTVARS_RUNTIME_SUPPORT is set"
        return switch String(cString: name) {
        case "withoutTaskCopies": .withoutTaskCopies(because: reason)
        case "explicitOnly": .explicitOnly(because: reason)
        default: nil
        }
    }

    var allowsChildren: Bool { rank > 0 }

    private var rank: Int {
        switch self {
        case .full: 2
        case .withoutTaskCopies: 1
        case .explicitOnly: 0
        }
    }

    /// What an error adds about having no context, where something is missing.
    var reasonForNoContext: String {
        switch self {
        case .full: ""
        case .withoutTaskCopies(let reason):
            ". With this Swift runtime, a plain `Task { }` has no context (\(reason))"
        case .explicitOnly(let reason):
            """
            . With this Swift runtime, neither a plain `Task { }` nor a structured child has a context (\(reason)): add \
            children with `group.addTask(context:)`
            """
        }
    }

    /// What the process says where something is missing.
    var complaint: String? {
        switch self {
        case .full: nil
        case .withoutTaskCopies(let reason):
            """
            swift-contextvars: with this Swift runtime, a plain Task { } has no context (\(reason)). Write \
            Task(context: .current) { }.
            """
        case .explicitOnly(let reason):
            """
            swift-contextvars: with this Swift runtime, neither a plain Task { } nor a structured child has a context \
            (\(reason)). Write Task(context: .current) { } and group.addTask(context: .current) { }.
            """
        }
    }
}
