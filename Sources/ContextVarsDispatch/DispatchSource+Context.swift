// SPDX-License-Identifier: Apache-2.0
import ContextVars
import Dispatch

// Handlers are for snapshots only: an event handler runs any number of times, and each time needs its own context.

extension DispatchSourceProtocol {
    /// Sets the handler of the source's events, which runs with a snapshot's values.
    ///
    /// Each event has a new context. The snapshot lives until the source is cancelled or gets another handler.
    ///
    /// ```swift
    /// let timer = DispatchSource.makeTimerSource(queue: queue)
    /// timer.setEventHandler(context: .current) { refresh() }
    /// ```
    ///
    /// - Complexity: O(1), and O(1) more for each event. Safe from any thread.
    public func setEventHandler(
        qos: DispatchQoS = .unspecified, flags: DispatchWorkItemFlags = [], context snapshot: ContextSnapshot,
        handler: @escaping @Sendable () -> Void
    ) {
        setEventHandler(qos: qos, flags: flags) { snapshot.run(handler) }
    }

    /// Sets the handler of the source's cancellation, which runs with a snapshot's values.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public func setCancelHandler(
        qos: DispatchQoS = .unspecified, flags: DispatchWorkItemFlags = [], context snapshot: ContextSnapshot,
        handler: @escaping @Sendable () -> Void
    ) {
        setCancelHandler(qos: qos, flags: flags) { snapshot.run(handler) }
    }

    /// Sets the handler of the source's registration, which runs with a snapshot's values.
    ///
    /// - Complexity: O(1). Safe from any thread.
    public func setRegistrationHandler(
        qos: DispatchQoS = .unspecified, flags: DispatchWorkItemFlags = [], context snapshot: ContextSnapshot,
        handler: @escaping @Sendable () -> Void
    ) {
        setRegistrationHandler(qos: qos, flags: flags) { snapshot.run(handler) }
    }
}
