import CContextVarsFrames
import Synchronization

extension Context {
    /// What a watcher is told.
    public enum Event: Sendable {
        /// Another context became current for the calling task or thread; `nil` where none is current any more.
        case switched(to: Context?)
    }

    /// Identifies a watcher for ``Context/clearWatcher(_:)``.
    public struct WatcherID: Hashable, Sendable {
        /// The identity as a number, for languages that have no other.
        package let number: Int

        package init(number: Int) {
            self.number = number
        }
    }

    /// Has a function called each time a context is entered or exited: `PyContext_AddWatcher` of CPython 3.14.
    ///
    /// The function is called on the entering or exiting thread, after the switch, with the context that became
    /// current. That a task which has a context starts, suspends, moves to another thread or ends is no switch. Keep the
    /// function short: every `run`, `withValue` and ``ThreadState/enter(_:)`` waits for it. Switches that it makes
    /// itself are not reported.
    ///
    /// - Returns: What ``clearWatcher(_:)`` takes to end it.
    /// - Complexity: O(*n*) for *n* watchers. Without watchers, a switch pays for one load. Safe from any thread.
    @discardableResult
    public static func addWatcher(_ watcher: @escaping @Sendable (Event) -> Void) -> WatcherID {
        Watchers.add(watcher)
    }

    /// Ends a watcher.
    ///
    /// A call of the watcher that another thread has begun may still be under way.
    ///
    /// - Returns: Whether the watcher was there; `false` if it was ended before.
    /// - Complexity: O(*n*) for *n* watchers. Safe from any thread.
    @discardableResult
    public static func clearWatcher(_ id: WatcherID) -> Bool {
        Watchers.remove(id)
    }
}

/// The watchers of the process.
enum Watchers {
    private struct Registry {
        var functions: [(id: Context.WatcherID, call: @Sendable (Context.Event) -> Void)] = []
        var lastNumber = 0
    }

    private static let registry = Mutex(Registry())
    /// How many there are: lets a switch skip the lock where there are none.
    private static let count = Atomic<Int>(0)

    static func add(_ function: @escaping @Sendable (Context.Event) -> Void) -> Context.WatcherID {
        registry.withLock { registry in
            registry.lastNumber += 1
            let id = Context.WatcherID(number: registry.lastNumber)
            registry.functions.append((id, function))
            count.store(registry.functions.count, ordering: .relaxed)
            return id
        }
    }

    static func remove(_ id: Context.WatcherID) -> Bool {
        // Released after the lock is given back: what the function holds may end, and switch contexts then.
        let removed = registry.withLock { registry in
            let index = registry.functions.firstIndex { $0.id == id }
            let removed = index.map { registry.functions.remove(at: $0) }
            count.store(registry.functions.count, ordering: .relaxed)
            return removed
        }
        return removed != nil
    }

    /// Tells all watchers that the context which the closure gives became current.
    @inline(__always)
    static func contextSwitched(to context: () -> Context?) {
        if count.load(ordering: .relaxed) > 0 { notify(.switched(to: context())) }
    }

    @inline(never)
    private static func notify(_ event: Context.Event) {
        // A watcher that switches contexts itself must not be told of that without end.
        let threadIsNotifying = contextvars_thread_is_notifying()
        guard !threadIsNotifying.pointee else { return }
        threadIsNotifying.pointee = true
        defer { threadIsNotifying.pointee = false }
        for function in registry.withLock({ $0.functions }) { function.call(event) }
    }
}
