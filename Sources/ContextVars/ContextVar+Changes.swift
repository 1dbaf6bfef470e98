// SPDX-License-Identifier: Apache-2.0
extension ContextVar {
    /// Registers a function to be called each time the running task or thread gets another value of the variable: the
    /// change handler of .NET's `AsyncLocal`.
    ///
    /// For state that has to follow a variable in synchronous code, such as a C library's own thread-local setting. (A task
    /// that suspends goes on on another thread, and leaves a thread's setting behind.)
    ///
    /// ```swift
    /// let id = Request.locale.onChange { old, new in setThreadLocale(new) }
    /// ```
    ///
    /// The function is called on the thread where the value changes, afterwards, with what ``get()`` returned before and
    /// returns now. The value changes by ``set(_:)`` and ``reset(_:)``, including those of a ``ThreadState``, and by a switch to
    /// another context: at the beginning and end of `run`, `withValue`, `withoutContext` and similar scopes. The function
    /// isn't called if both values are equal; values that aren't `Equatable` are equal if they are the same object.
    ///
    /// A task that starts with its copy of the context, suspends, moves to another thread or ends isn't a switch. Changes
    /// that the function itself makes aren't reported.
    ///
    /// - Returns: An identity to end this with: ``Context/clearWatcher(_:)``. Until then, the variable is kept alive.
    /// - Complexity: That of ``Context/addWatcher(_:)``. Safe from any thread.
    @discardableResult
    public func onChange(
        _ function: @escaping @Sendable (_ old: Value, _ new: Value) -> Void
    ) -> Context.WatcherID {
        let defaultValue = defaultValue
        return Watchers.add(for: self) { old, new in
            function(old?.load(as: Value.self) ?? defaultValue, new?.load(as: Value.self) ?? defaultValue)
        }
    }
}
