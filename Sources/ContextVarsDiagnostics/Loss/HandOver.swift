// SPDX-License-Identifier: Apache-2.0
import CContextVarsDiagnostics
import ContextVars
import Synchronization

/// Work that was handed over through a boundary that `ContextVarsAutomatic` interposes, and what was current there.
final class HandOver: Sendable {
    /// The function of the C library: `dispatch_async`.
    let boundary: String
    let place: Place
    let time: UInt64
    /// The values of the context that was current; `nil` where none was.
    let values: ContextSnapshot?
    /// Whether none was on purpose: what runs there may read defaults.
    let isWithoutContext: Bool
    /// The test that it happened in (``ContextLossDetector/currentWatch``).
    let watch: UInt64?
    /// What a trace calls it.
    let flow = Observation.newFlow()
    /// How many notes are kept.
    static let noted = Atomic<Int>(0)
    private let hasArrived = Atomic<Bool>(false)

    private init(_ handover: contextvars_handover, values: ContextSnapshot?, isWithoutContext: Bool) {
        boundary = String(cString: handover.boundary)
        time = handover.time
        self.values = values
        self.isWithoutContext = isWithoutContext
        place = .here(from: handover.caller)
        watch = ContextLossDetector.currentWatch
    }

    /// Notes a handover on the thread where it happens.
    ///
    /// Where nothing is current because an earlier handover has lost it, the earlier one is what counts.
    static func note(_ handover: UnsafePointer<contextvars_handover>) -> HandOver? {
        if Observers.current.isEmpty { return nil }
        let values = Observation.snapshotIfCurrent()
        let isWithoutContext = values == nil && Observation.isWithoutContext
        if values == nil, !isWithoutContext, let earlier = HandOver.current { return earlier }
        let made = HandOver(handover.pointee, values: values, isWithoutContext: isWithoutContext)
        if values != nil, Observers.current.contains(.recorder) {
            Recording.handedOver(made.flow, via: made.name, at: made.place)
        }
        return made
    }

    /// The handover of the work that the caller is part of, if that is known.
    static var current: HandOver? {
        contextvars_current_handover()?.pointee.attachment.map {
            Unmanaged<HandOver>.fromOpaque($0).takeUnretainedValue()
        }
    }

    /// Whether this call is the first one.
    func arrive() -> Bool { !hasArrived.exchange(true, ordering: .relaxed) }
}

// MARK: - Words for it

extension HandOver {
    /// What a Swift program calls the boundary.
    var name: String { Self.names[boundary]?.name ?? boundary }

    /// What to write instead.
    var advice: String { Self.names[boundary]?.advice ?? "ContextSnapshot.current.wrap { … }" }

    private static let names: [String: (name: String, advice: String)] = [
        "dispatch_async": ("DispatchQueue.async", "DispatchQueue.async(context: .current)"),
        "dispatch_barrier_async": ("DispatchQueue.async", "DispatchQueue.async(context: .current)"),
        "dispatch_group_async": ("DispatchQueue.async", "DispatchQueue.async(context: .current)"),
        "dispatch_after": ("DispatchQueue.asyncAfter", "DispatchQueue.asyncAfter(context: .current)"),
        "dispatch_group_notify": ("DispatchGroup.notify", "DispatchGroup.notify(context: .current)"),
        "dispatch_block_create": ("DispatchWorkItem", "DispatchWorkItem(context: .current)"),
        "dispatch_block_create_with_qos_class": ("DispatchWorkItem", "DispatchWorkItem(context: .current)"),
        "dispatch_block_notify": ("DispatchWorkItem.notify", "DispatchWorkItem.notify(context: .current)"),
        "dispatch_apply": (
            "DispatchQueue.concurrentPerform", "DispatchQueue.concurrentPerform(context: .current)"
        ),
        "dispatch_source_set_event_handler": (
            "DispatchSource.setEventHandler", "setEventHandler(context: .current)"
        ),
        "dispatch_source_set_cancel_handler": (
            "DispatchSource.setCancelHandler", "setCancelHandler(context: .current)"
        ),
        "pthread_create": ("a new thread", "Thread.detachNewThread(context: .current)"),
    ]
}
