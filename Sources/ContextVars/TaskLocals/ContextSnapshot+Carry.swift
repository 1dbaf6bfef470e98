// SPDX-License-Identifier: Apache-2.0
extension ContextSnapshot {
    /// Makes all snapshots taken from now on carry the value of a task local.
    ///
    /// A task-local value is lost in callbacks, on queues, event loops and threads. After this call, ``current`` takes
    /// the value along, and everything that runs in the snapshot sees it: in ``run(_:)-10aad``, in functions made by
    /// `wrap`, in `Task(context:)` and `group.addTask(context:)`. The default, or `nil`, is carried like any other value:
    /// code that runs in the snapshot sees what was there when it was taken, not what its caller has.
    ///
    /// ```swift
    /// enum Trace {
    ///     @TaskLocal static var id: String?
    /// }
    ///
    /// ContextSnapshot.carry(Trace.$id)              // once, at the start of `main`
    ///
    /// Trace.$id.withValue("a7") {
    ///     let snapshot = ContextSnapshot.current
    ///     queue.async {
    ///         snapshot.run { print(Trace.id ?? "-") }     // a7
    ///     }
    /// }
    /// ```
    ///
    /// This applies to the whole process and can't be undone, so the program should decide: call it in `main`, before work
    /// begins, rather than in a library. Earlier snapshots aren't affected. Repeated calls with the same task local have
    /// no effect.
    ///
    /// - Complexity: O(*n*) for *n* task locals that are carried. Each of them costs one allocation when a snapshot is
    ///   taken, and one `TaskLocal.withValue` whenever something runs in it. Safe from any thread.
    public static func carry<Value: Sendable>(_ taskLocal: TaskLocal<Value>) {
        CarriedSources.add(TaskLocalSource(taskLocal))
    }

    /// Makes all snapshots taken from now on carry a value that a library keeps behind functions.
    ///
    /// Works like ``carry(_:)-(TaskLocal<Value>)``, for a value whose `TaskLocal` isn't accessible. Repeated calls with the
    /// same type have no effect.
    ///
    /// - Complexity: That of ``carry(_:)-(TaskLocal<Value>)``. Safe from any thread.
    public static func carry<Source: ScopedValue>(_ source: Source.Type) {
        CarriedSources.add(ScopedValueSource<Source>())
    }
}
