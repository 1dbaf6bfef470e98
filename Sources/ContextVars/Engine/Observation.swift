// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import Synchronization

/// What the engine tells diagnostics: it calls the `contextvars_observer`, and nearly always there is none.
///
/// Each function costs its caller one load while nobody observes.
package enum Observation {
    /// Tells an observer of everything from now on; `nil` for none.
    ///
    /// - Parameter observer: Must never be freed, nor anything that its functions use.
    package static func observe(_ observer: UnsafePointer<contextvars_observer>?) {
        if observer != nil { prepareEngine() }
        contextvars_observe(observer)
    }

    /// A variable was read or set where no context is current.
    ///
    /// Code that has no context on purpose may read: that isn't reported.
    @inline(__always)
    static func lost(_ variable: AnyContextVar, isSet: Bool) {
        if contextvars_current_observer() != nil { tellLost(variable, isSet: isSet) }
    }

    @inline(never)
    private static func tellLost(_ variable: AnyContextVar, isSet: Bool) {
        guard isSet || !isWithoutContext else { return }
        contextvars_current_observer()?.pointee.lost(Unmanaged.passUnretained(variable).toOpaque(), isSet)
    }

    @inline(__always)
    static func changed(_ variable: AnyContextVar, in storage: Storage, isReset: Bool) {
        guard let observer = contextvars_current_observer() else { return }
        observer.pointee.changed(Unmanaged.passUnretained(variable).toOpaque(), storage, isReset)
    }

    /// A program has made a context with the values of another one, if it has any.
    @inline(__always)
    static func taken(_ made: Context, from source: @autoclosure () -> Storage?) {
        guard let observer = contextvars_current_observer() else { return }
        observer.pointee.taken(source(), made.storage)
    }

    /// A program has taken a snapshot of a context.
    @inline(__always)
    static func taken(_ snapshot: ContextSnapshot, from source: @autoclosure () -> Storage?) {
        guard let observer = contextvars_current_observer() else { return }
        observer.pointee.snapshot_taken(source(), snapshot.root)
    }

    /// The storage that the caller reaches.
    static var currentStorage: Storage? { contextvars_look_and_reach().storage }

    /// A program has made a snapshot of another one.
    @inline(__always)
    static func derived(_ snapshot: ContextSnapshot, from original: ContextSnapshot) {
        guard let observer = contextvars_current_observer() else { return }
        observer.pointee.snapshot_derived(original.root, snapshot.root)
    }

    /// Work is handed over with a context.
    ///
    /// - Returns: What ``arrived(_:)`` takes; 0 where nobody observes.
    @inline(__always)
    static func handedOver() -> UInt64 {
        contextvars_current_observer() == nil ? 0 : tellHandedOver()
    }

    /// Counts up to where the numbers of handovers that others observe begin.
    private static let lastFlow = Atomic<UInt64>(0)

    @inline(never)
    private static func tellHandedOver() -> UInt64 {
        let flow = newFlow()
        contextvars_current_observer()?.pointee.handed_over(flow)
        return flow
    }

    /// A number for one handover.
    package static func newFlow() -> UInt64 { lastFlow.wrappingAdd(1, ordering: .relaxed).newValue }

    /// The work runs from now on.
    @inline(__always)
    static func arrived(_ flow: UInt64) {
        guard flow != 0, let observer = contextvars_current_observer() else { return }
        observer.pointee.arrived(flow)
    }

    /// Values go to another service.
    package static func sent() { contextvars_current_observer()?.pointee.exchanged(true) }

    /// Values have come from another service.
    package static func received() { contextvars_current_observer()?.pointee.exchanged(false) }
}

// MARK: - What observers ask

extension Observation {
    /// The values that a storage has at this moment.
    ///
    /// The storage must stay meanwhile.
    package static func snapshot(of storage: UnsafeMutablePointer<contextvars_storage>) -> ContextSnapshot {
        ContextSnapshot(storage.valuesUnderLock())
    }

    /// What a storage of the caller has for a variable.
    package static func value(
        of variable: AnyContextVar, in storage: UnsafeMutablePointer<contextvars_storage>
    ) -> (any Sendable)? {
        storage.value(of: variable).map { variable.value(from: $0) }
    }

    /// Whether the caller, for whom no context is current, is in ``withoutContext(_:)``.
    package static var isWithoutContext: Bool { contextvars_is_without_context() }

    /// The values of the caller's context; `nil` where none is current.
    package static func snapshotIfCurrent() -> ContextSnapshot? {
        contextvars_look_and_reach().storage == nil ? nil : ContextSnapshot(CurrentContext.values())
    }

    /// What the caller's context has for a variable, without telling the observer.
    package static func currentValue(of variable: AnyContextVar) -> (any Sendable)? {
        CurrentContext.values()[variable].map { variable.value(from: $0) }
    }
}

extension ContextSnapshot {
    /// What it is known by.
    fileprivate var root: UInt { unretainedValues.root }

    /// The variables with their values, for diagnostics.
    package var variables: [(variable: AnyContextVar, value: any Sendable)] {
        values.map { ($0.key, $0.key.value(from: $0.value)) }
    }
}
