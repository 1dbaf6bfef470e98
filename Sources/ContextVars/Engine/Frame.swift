// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames

/// What makes a storage current for an agent: `contextvars_frame`, which also states the invariants.
typealias Frame = UnsafeMutablePointer<contextvars_frame>

extension Frame {
    /// The storage that is current in the frame.
    @inline(__always)
    var storage: Storage { contextvars_frame_storage(self) }

    /// The storage that the frame has itself.
    @inline(__always)
    var own: Storage { pointer(to: \.own)! }

    /// A frame to be filled and bound.
    @inline(__always)
    static func unbound() -> Frame {
        if !contextvars_has_free_frame() { prepareEngine() }
        return contextvars_frame_allocate()
    }

    /// The frame's context as an object, made if need be: only watchers ask for it.
    ///
    /// For the frame's owner.
    func object() -> Context {
        if let context = Context.object(of: storage) { return context }
        let context = Context(takingOver: storage)
        // Children may be publishing the storage at this moment.
        _ = contextvars_storage_lock(own)
        contextvars_storage_set_flag(own, UInt8(CONTEXTVARS_PROMOTED), true)
        contextvars_storage_unlock(own)
        // From now on, the object's storage is the frame's. Children that are reading the other one go on doing so: it
        // stays as it is until the frame ends.
        contextvars_frame_set_storage(self, Unmanaged.passRetained(context).takeUnretainedValue().storage)
        return context
    }
}

// MARK: - What the C target calls

/// Never freed: the runtime may copy slots as long as the process lives.
private nonisolated(unsafe) let hooks = {
    let hooks = UnsafeMutablePointer<contextvars_hooks>.allocate(capacity: 1)
    hooks.initialize(
        to: contextvars_hooks(
            copy: { source, isOwn, copy in
                source.copy(into: copy, isOwn: isOwn)
                if !HandingOver.isPlain { copy.applyRules() }
                Watchers.copied(to: nil)
            },
            release: { contents in contents.release() },
            release_object: { storage in
                guard let context = Context.object(of: storage) else { return }
                context.unclaim()
                Unmanaged.passUnretained(context).release()
            }
        ))
    return hooks
}()

/// Connects the engine with the C target and checks, once in the process, what the engine can rely on in the Swift runtime.
///
/// Call it before anything is put into a frame: before binding one, and before making the main thread's root.
@inline(__always)
func prepareEngine() {
    _ = engineIsPrepared
}

private let engineIsPrepared: Void = {
    contextvars_set_hooks(hooks)
    // A watcher that is told of the check's own task might wait for this to end.
    Watchers.withoutReports { RuntimeCheck.run() }
}()
