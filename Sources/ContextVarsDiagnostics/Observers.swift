// SPDX-License-Identifier: Apache-2.0
import CContextVarsDiagnostics
import CContextVarsFrames
import ContextVars
import Foundation
import Synchronization

/// The parts of this module that are started; together they are the engine's one observer.
struct Observers: OptionSet {
    let rawValue: UInt8

    static let losses = Observers(rawValue: 1)
    static let recorder = Observers(rawValue: 2)
    static let inspector = Observers(rawValue: 4)

    private static let active = Atomic<UInt8>(0)
    /// Held while the engine's observer is set: otherwise a start and a stop at once might leave the wrong one.
    private static let changing = NSLock()

    static var current: Observers { Observers(rawValue: active.load(ordering: .acquiring)) }

    static func start(_ observers: Observers) {
        changing.withLock {
            active.bitwiseOr(observers.rawValue, ordering: .acquiringAndReleasing)
            Observation.observe(contextvars_observed_by(functions))
            contextvars_observe_handovers(handoverFunctions)
        }
    }

    static func stop(_ observers: Observers) {
        changing.withLock {
            let left = active.bitwiseAnd(~observers.rawValue, ordering: .acquiringAndReleasing).newValue
            guard left == 0 else { return }
            atomicMemoryFence(ordering: .sequentiallyConsistent)
            Observation.observe(nil)
            stopObservingHandOvers()
        }
    }

    /// Work that was handed over before keeps its note until it has run, and this observer stays to release it.
    private static func stopObservingHandOvers() {
        if HandOver.noted.load(ordering: .acquiring) == 0 { contextvars_observe_handovers(nil) }
    }

    /// Called when the last note has been released.
    static func noHandOverIsNoted() {
        changing.withLock { if current.isEmpty { stopObservingHandOvers() } }
    }

    /// Runs a body as part of diagnostics, which aren't observed; does nothing if the caller is part of them already.
    static func unobserved(_ body: () -> Void) {
        let isDiagnosing = contextvars_is_diagnosing()
        guard !isDiagnosing.pointee else { return }
        isDiagnosing.pointee = true
        defer { isDiagnosing.pointee = false }
        body()
    }
}

// MARK: - What the engine calls

// Never freed: the engine requires that.
private nonisolated(unsafe) let functions: UnsafePointer<contextvars_observer> = {
    let functions = UnsafeMutablePointer<contextvars_observer>.allocate(capacity: 1)
    functions.initialize(
        to: contextvars_observer(
            bound: { frame, outer in
                let active = Observers.current
                if active.contains(.recorder) { Recording.bound(frame, outer: outer) }
                if active.contains(.inspector) { LiveContexts.bound(frame, outer: outer) }
            },
            adopted: { frame in
                let active = Observers.current
                if active.contains(.recorder) { Recording.adopted(frame) }
                if active.contains(.inspector) { LiveContexts.adopted(frame) }
            },
            ending: { frame in
                let active = Observers.current
                if active.contains(.recorder) { Recording.ending(frame) }
                if active.contains(.inspector) { LiveContexts.ending(frame) }
            },
            copied: { source, copy in
                if Observers.current.contains(.recorder) { Recording.copied(source, to: copy) }
                if Observers.current.contains(.inspector) { LiveContexts.copied(source, to: copy) }
            },
            discarded: { copy in
                if Observers.current.contains(.inspector) { LiveContexts.discarded(copy) }
            },
            taken: { source, made in
                if Observers.current.contains(.recorder) { Recording.taken(made, from: source) }
            },
            snapshot_taken: { source, root in
                if Observers.current.contains(.recorder) { Recording.snapshotTaken(root: root, from: source) }
            },
            snapshot_derived: { original, root in
                if Observers.current.contains(.recorder) { Recording.snapshotDerived(root: root, from: original) }
            },
            changed: { variable, storage, isReset in
                guard Observers.current.contains(.recorder) else { return }
                Recording.changed(variableObject(variable), in: storage, isReset: isReset)
            },
            lost: { variable, isSet in
                let active = Observers.current
                let variable = variableObject(variable)
                if !isSet, isReadOnPurpose(variable) { return }
                if active.contains(.losses) { LossDetection.lost(variable, isSet: isSet) }
                if active.contains(.recorder) { Recording.lost(variable) }
            },
            handed_over: { flow in
                if Observers.current.contains(.recorder) { Recording.handedOver(flow, via: "context:") }
            },
            arrived: { flow in
                if Observers.current.contains(.recorder) { Recording.arrived(flow) }
            },
            exchanged: { isSent in
                if Observers.current.contains(.recorder) { Recording.exchanged(isSent: isSent) }
            }
        ))
    return UnsafePointer(functions)
}()

private func variableObject(_ variable: UnsafeMutableRawPointer) -> AnyContextVar {
    Unmanaged<AnyContextVar>.fromOpaque(variable).takeUnretainedValue()
}

/// Whether code that has no context may read a variable.
private func isReadOnPurpose(_ variable: AnyContextVar) -> Bool {
    // (On the main thread, outside of any task, the first `set` makes the root context.)
    let isBeforeMainRoot = contextvars_running_task() == nil && contextvars_is_main_thread()
    return isBeforeMainRoot || variable.diagnosticRules.contains(.isReadAnywhere)
        || HandOver.current?.isWithoutContext == true
}

private func noteHasEnded() {
    let isLast = HandOver.noted.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
    // As where a note begins.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if isLast, Observers.current.isEmpty { Observers.noHandOverIsNoted() }
}

private nonisolated(unsafe) let handoverFunctions: UnsafePointer<contextvars_handover_observer> = {
    let functions = UnsafeMutablePointer<contextvars_handover_observer>.allocate(capacity: 1)
    functions.initialize(
        to: contextvars_handover_observer(
            handed_over: { handover in
                Observers.unobserved {
                    HandOver.noted.add(1, ordering: .relaxed)
                    // With the fence in `stop`: either that sees the note, or this sees that nobody observes.
                    atomicMemoryFence(ordering: .sequentiallyConsistent)
                    let noted = HandOver.note(handover)
                    if noted == nil { noteHasEnded() }
                    handover.pointee.attachment = noted.map { Unmanaged.passRetained($0).toOpaque() }
                }
            },
            ended: { handover in
                guard let attachment = handover.pointee.attachment else { return }
                Unmanaged<HandOver>.fromOpaque(attachment).release()
                noteHasEnded()
            }
        ))
    return UnsafePointer(functions)
}()
