// SPDX-License-Identifier: Apache-2.0
public import ContextVars
public import Dispatch

extension DispatchQueue {
    /// Schedules work that runs in the given context.
    ///
    /// Dispatch's own `async` loses the context: the work runs on a thread that has none. This one runs it in a copy of
    /// the given `ContextSnapshot`, or in the given `Context` itself, which is then entered from this call until the work
    /// has run, and free again before the group learns of that.
    ///
    /// ```swift
    /// queue.async(context: .current) { log("archived") }  // with the values of this line
    /// ```
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread.
    @inlinable
    public func async<Source: ContextSource>(
        group: DispatchGroup? = nil, qos: DispatchQoS = .unspecified, flags: DispatchWorkItemFlags = [],
        context: Source, execute work: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        // Known where this is compiled. A snapshot needs nothing that is claimed.
        if let snapshot = context as? ContextSnapshot {
            #if canImport(CDispatch)
            let isPlain = flags.rawValue == 0 && qos.qosClass == .unspecified && qos.relativePriority == 0
            if isPlain, DispatchObjects.areKnown { return enqueue(group, snapshot, work) }
            #endif
            return async(group: group, qos: qos, flags: flags) { snapshot.run(work) }
        }
        let work = try claim(context, for: work)
        async(group: group, qos: qos, flags: flags, execute: work)
    }

    /// Schedules work that runs in the given context, no earlier than the given time.
    ///
    /// Works like ``async(group:qos:flags:context:execute:)``. A `Context` is entered from this call on, not only
    /// from the deadline.
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread.
    public func asyncAfter<Source: ContextSource>(
        deadline: DispatchTime, qos: DispatchQoS = .unspecified, flags: DispatchWorkItemFlags = [], context: Source,
        execute work: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        asyncAfter(deadline: deadline, qos: qos, flags: flags) { claimed.run(work) }
    }

    /// Schedules work that runs in the given context, no earlier than the given time of the system's clock.
    ///
    /// Works like ``async(group:qos:flags:context:execute:)``. A `Context` is entered from this call on, not only
    /// from the deadline.
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread.
    public func asyncAfter<Source: ContextSource>(
        wallDeadline: DispatchWallTime, qos: DispatchQoS = .unspecified, flags: DispatchWorkItemFlags = [],
        context: Source, execute work: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        let claimed = try context.enter()
        asyncAfter(wallDeadline: wallDeadline, qos: qos, flags: flags) { claimed.run(work) }
    }
}

/// Enters a context for work, and says what runs it there.
@usableFromInline
func claim<Source: ContextSource>(
    _ context: Source, for work: @escaping @Sendable () -> Void
) throws(Source.EntryError) -> @Sendable () -> Void {
    let claimed = try context.enter()
    return { claimed.run(work) }
}
