// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch

// The order in which arguments are written varies: some put what is special about the call first. These are for them, and
// give way where both orders fit.

extension DispatchQueue {
    /// Schedules work that runs in a context, given first.
    ///
    /// Works like ``async(group:qos:flags:context:execute:)``.
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread.
    @_disfavoredOverload
    public func async<Source: ContextSource>(
        context: Source, group: DispatchGroup? = nil, qos: DispatchQoS = .unspecified,
        flags: DispatchWorkItemFlags = [], execute work: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        try async(group: group, qos: qos, flags: flags, context: context, execute: work)
    }
}

extension DispatchGroup {
    /// Schedules work in a context, given first, to run when the group is empty.
    ///
    /// Works like ``notify(qos:flags:queue:context:execute:)``.
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread.
    @_disfavoredOverload
    public func notify<Source: ContextSource>(
        context: Source, qos: DispatchQoS = .unspecified, flags: DispatchWorkItemFlags = [], queue: DispatchQueue,
        execute work: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        try notify(qos: qos, flags: flags, queue: queue, context: context, execute: work)
    }
}

extension DispatchWorkItem {
    /// Schedules work in a context, given first, to run when the item has finished.
    ///
    /// Works like ``notify(qos:flags:queue:context:execute:)``.
    ///
    /// - Throws: `ContextError.alreadyEntered` if a context is already entered, here or elsewhere; then nothing is
    ///   scheduled. A snapshot never throws.
    /// - Complexity: O(1). Safe from any thread.
    @_disfavoredOverload
    public func notify<Source: ContextSource>(
        context: Source, qos: DispatchQoS = .unspecified, flags: DispatchWorkItemFlags = [], queue: DispatchQueue,
        execute work: @escaping @Sendable () -> Void
    ) throws(Source.EntryError) {
        try notify(qos: qos, flags: flags, queue: queue, context: context, execute: work)
    }
}
