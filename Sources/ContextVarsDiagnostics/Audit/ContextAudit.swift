// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Foundation

/// Finds things that are kept longer than they should be: tokens that are never reset, contexts and snapshots that live on,
/// values that a pool keeps.
///
/// Each is reported with the line that made it.
///
/// The program says what to watch:
///
/// ```swift
/// let token = try ContextAudit.token(Request.id.set("a7"))
/// let snapshot = ContextAudit.watch(ContextSnapshot.current, "of the job")
/// for leak in ContextAudit.leaks(olderThan: .seconds(30)) { print(leak) }
/// ```
///
/// Watching costs an allocation and a walk of the stack. It is meant for tests and test environments; a program that doesn't
/// call it pays nothing.
public enum ContextAudit {
    /// Something that is still there.
    public struct Leak: Sendable, CustomStringConvertible {
        /// The kinds of things that can be watched.
        public enum Kind: String, Sendable {
            /// A token that wasn't reset.
            case token
            /// A `Context` that is still referenced.
            case context
            /// A snapshot of which a copy still exists.
            case snapshot
            /// An object that is a value of a variable.
            case value
        }

        /// The kind of thing that it is.
        public let kind: Kind
        /// The variable's name, or the name that the program passed to `watch`, if any.
        public let name: String
        /// For how long it has been watched.
        public let age: Duration
        /// The line that made it.
        public let site: CallSite?

        /// The leak in one line.
        public var description: String {
            let place = site.map(\.description) ?? "an unknown place"
            let state = kind == .token ? "not reset" : "still alive"
            let subject = name.isEmpty ? kind.rawValue : "\(kind.rawValue) \(name)"
            return "\(subject), made at \(place), is \(state) after \(age)"
        }
    }

    private struct Watched: Sendable {
        let kind: Leak.Kind
        let name: String
        let place: Place
        let since: ContinuousClock.Instant
        let isAlive: @Sendable () -> Bool
    }

    private static let watched = Locked<(last: Int, all: [Int: Watched], sweepAt: Int)>((0, [:], 1024))

    /// Watches a token until it is reset.
    ///
    /// A token that is discarded without a reset is reported too: the variable keeps its value until the context ends.
    ///
    /// - Returns: The token.
    /// - Complexity: O(1). Safe from any thread.
    @discardableResult
    public static func token<Value>(_ token: Token<Value>) -> Token<Value> {
        // Keeps the token, since of one that is gone nobody knows whether it was reset. All that it keeps alive is an old
        // value.
        add(.token, token.var.name) { !token.isUsed }
        return token
    }

    /// Watches a context until it is freed.
    ///
    /// - Returns: The context.
    /// - Complexity: O(1). Safe from any thread.
    @discardableResult
    public static func watch(_ context: Context, _ name: String = "") -> Context {
        let reference = WeakReference(context)
        add(.context, name) { reference.object != nil }
        return context
    }

    /// Watches a snapshot until the last of its copies is gone.
    ///
    /// - Returns: A watched snapshot with the same values: use it instead.
    /// - Complexity: That of `ContextSnapshot.with(_:_:)`. Safe from any thread.
    public static func watch(_ snapshot: ContextSnapshot, _ name: String = "") -> ContextSnapshot {
        let mark = Mark()
        let reference = WeakReference(mark)
        add(.snapshot, name) { reference.object != nil }
        return snapshot.with(marks, mark)
    }

    /// Watches an object that will be a variable's value until it is freed, so that one which a pool keeps is reported.
    ///
    /// - Returns: The object.
    /// - Complexity: O(1). Safe from any thread.
    @discardableResult
    public static func watch<Object: AnyObject & Sendable>(value object: Object, _ name: String = "") -> Object {
        let reference = WeakReference(object)
        add(.value, name) { reference.object != nil }
        return object
    }

    /// The watched things that are still there, the oldest first.
    ///
    /// - Parameter age: How long something must have been watched to be listed.
    /// - Complexity: O(*n*) for *n* watched things, and a search for each line, once. Safe from any thread.
    public static func leaks(olderThan age: Duration = .zero) -> [Leak] {
        sweep()
        let now = ContinuousClock.now
        let old = watched.withLock { watched in watched.all.values.filter { now - $0.since >= age } }
        return old.filter { $0.isAlive() }.sorted { $0.since < $1.since }.map { watched in
            Leak(
                kind: watched.kind, name: watched.name, age: now - watched.since, site: Symbols.site(of: watched.place))
        }
    }

    /// Stops watching everything.
    ///
    /// - Complexity: O(*n*) for *n* watched things. Safe from any thread.
    public static func reset() {
        let all = watched.withLock { watched in
            defer { watched = (watched.last, [:], 1024) }
            return watched.all
        }
        withExtendedLifetime(all) {}
    }

    /// Set in snapshots that are watched.
    private static let marks = ContextVar<Mark?>("contextvars.audit")

    private static func add(_ kind: Leak.Kind, _ name: String, isAlive: @escaping @Sendable () -> Bool) {
        let watch = Watched(kind: kind, name: name, place: .here(), since: .now, isAlive: isAlive)
        let isFull = watched.withLock { watched in
            watched.last += 1
            watched.all[watched.last] = watch
            return watched.all.count >= watched.sweepAt
        }
        if isFull { sweep() }
    }

    /// Forgets what is gone.
    ///
    /// Asks without the lock: the question may hold the last reference to an object for a moment.
    private static func sweep() {
        let gone = watched.withLock { $0.all }.filter { !$0.value.isAlive() }
        watched.withLock { watched in
            for number in gone.keys { watched.all[number] = nil }
            watched.sweepAt = max(1024, 2 * watched.all.count)
        }
    }
}

/// Is alive as long as a snapshot has it.
private final class Mark: Sendable {}

/// A weak reference that can go anywhere.
private final class WeakReference<Object: AnyObject & Sendable>: Sendable {
    private let reference: Locked<Weak>

    private struct Weak: Sendable {
        weak var object: Object?
    }

    init(_ object: Object) {
        reference = Locked(Weak(object: object))
    }

    var object: Object? { reference.withLock { $0.object } }
}
