// SPDX-License-Identifier: Apache-2.0
extension Context {
    /// Something that a watcher is told about.
    public enum Event: Sendable {
        /// Another context became current for the calling task or thread; `nil` if none is current any more.
        ///
        /// A structured child that ends a scope may read its parent's context, or a copy of the values from its creation:
        /// the latter is no object yet, so each report has a new one.
        case switched(to: Context?)
        /// A variable was set or reset in the current context of the calling task or thread, or of a ``ThreadState``, with
        /// its values before and after; `nil` if it wasn't or isn't set.
        case changed(AnyContextVar, from: (any Sendable)?, to: (any Sendable)?)
        /// A copy of a context was made, by ``copyContext()`` or ``Context/copy()``; `nil` if it is a new task's, which
        /// isn't an object yet.
        ///
        /// Reported where the copy is made: for a task, while it is being created.
        case copied(to: Context?)
    }

    /// Identifies a watcher for ``Context/clearWatcher(_:)``.
    public struct WatcherID: Hashable, Sendable {
        /// The identity as a number, for languages that have no other.
        package let number: Int

        package init(number: Int) {
            self.number = number
        }
    }

    /// Registers a function to be called each time a context is entered, exited, changed or copied: `PyContext_AddWatcher`
    /// of CPython 3.14, which reports the first two.
    ///
    /// The function is called on the thread where it happens, afterwards. A task with a context that starts, suspends, moves
    /// to another thread or ends isn't an event, nor is taking a ``ContextSnapshot/current``. Keep the function short: the
    /// code that causes the event waits for it. What the function itself does to contexts isn't reported.
    ///
    /// For one variable there is ``ContextVar/onChange(_:)``.
    ///
    /// - Returns: An identity to end the watcher with: ``clearWatcher(_:)``.
    /// - Complexity: O(*n*) for *n* watchers. Without watchers, an operation that can be watched costs one more load, and
    ///   `get` nothing more. Safe from any thread.
    @discardableResult
    public static func addWatcher(_ watcher: @escaping @Sendable (Event) -> Void) -> WatcherID {
        Watchers.add(watcher)
    }

    /// Ends a watcher, or a function registered by ``ContextVar/onChange(_:)``.
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
