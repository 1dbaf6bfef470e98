// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch

extension DispatchWorkItem {
    /// Creates a work item that runs with a snapshot's values, wherever and however often it is performed.
    ///
    /// It has a new context each time.
    ///
    /// - Complexity: O(1), and O(1) more each time it is performed. Safe from any thread.
    public convenience init(
        qos: DispatchQoS = .unspecified, flags: DispatchWorkItemFlags = [], context snapshot: ContextSnapshot,
        block: @escaping @Sendable () -> Void
    ) {
        self.init(qos: qos, flags: flags) { snapshot.run(block) }
    }

    /// Creates a work item that runs in a context.
    ///
    /// The context is entered from now until the item has run or, if it is cancelled and never runs, until the item is
    /// gone. Then the context is free for others; so an item that is performed again runs in a copy of its values.
    ///
    /// ```swift
    /// let item = try DispatchWorkItem(context: request) { parse() }
    /// queue.async(execute: item)
    /// item.wait()
    /// print(request[Request.tenant] ?? "-")  // as set by `parse`
    /// ```
    ///
    /// - Throws: `ContextError.alreadyEntered` if the context is already entered, here or elsewhere.
    /// - Complexity: O(1). Safe from any thread.
    public convenience init(
        qos: DispatchQoS = .unspecified, flags: DispatchWorkItemFlags = [], context: Context,
        block: @escaping @Sendable () -> Void
    ) throws(ContextError) {
        let claimed = try context.enter()
        self.init(qos: qos, flags: flags) { claimed.run(block) }
    }

    /// Schedules work in the given context, to run when the item has finished.
    ///
    /// A `Context` is entered from this call until the work has run.
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread.
    public func notify<Source: ContextSource>(
        qos: DispatchQoS = .unspecified, flags: DispatchWorkItemFlags = [], queue: DispatchQueue, context: Source,
        execute work: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        notify(qos: qos, flags: flags, queue: queue) { claimed.run(work) }
    }
}
