// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch

extension DispatchGroup {
    /// Schedules work in the given context, to run when the group is empty.
    ///
    /// A `Context` is entered from this call until the work has run.
    ///
    /// ```swift
    /// group.notify(queue: queue, context: .current) { log("all done") }
    /// ```
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
