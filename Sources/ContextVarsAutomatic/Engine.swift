// SPDX-License-Identifier: Apache-2.0
import CContextVarsAutomatic
import CContextVarsFrames
import ContextVars

/// What the C functions need of the engine.
enum Engine {
    /// The functions that C calls, at an address that stays valid.
    nonisolated(unsafe) static let functions: UnsafePointer<contextvars_automatic_engine> = {
        // Invariant behind `nonisolated(unsafe)`: written here, before anybody has the pointer, and never again.
        precondition(
            MemoryLayout<ContextSnapshot>.size
                <= Int(CONTEXTVARS_AUTOMATIC_SNAPSHOT_WORDS) * MemoryLayout<UInt>.size,
            "The C target keeps too little room for a snapshot")
        let functions = UnsafeMutablePointer<contextvars_automatic_engine>.allocate(capacity: 1)
        functions.initialize(
            to: contextvars_automatic_engine(
                has_context: { Engine.hasContext() },
                capture: { $0.initializeMemory(as: ContextSnapshot.self, to: .current) },
                copy: { copy, original in
                    let original = original.assumingMemoryBound(to: ContextSnapshot.self).pointee
                    copy.initializeMemory(as: ContextSnapshot.self, to: original)
                },
                release: { $0.assumingMemoryBound(to: ContextSnapshot.self).deinitialize(count: 1) },
                run: { snapshot, function, argument in
                    snapshot.assumingMemoryBound(to: ContextSnapshot.self).runBorrowing { function(argument) }
                },
                binding: { Engine.currentBinding() },
                leave: { Engine.leave($0) }))
        return UnsafePointer(functions)
    }()

    /// Whether the caller has a context, its own or one that it borrows.
    ///
    /// Each handover asks this, so it takes no snapshot: it is a few loads in a task that has no task-local value, and in
    /// code that owns its context.
    @inline(__always)
    static func hasContext() -> Bool {
        contextvars_look_and_reach().storage != nil
    }

    /// The caller's innermost binding.
    static func currentBinding() -> UnsafeMutableRawPointer? {
        contextvars_cached_frame().frame.map { UnsafeMutableRawPointer($0) }
    }

    /// Ends a binding of the calling thread from within, if it is the innermost one.
    ///
    /// It isn't the innermost one where the thread ends inside a scope that it has opened itself. Then that scope's context
    /// stays entered, as on any other thread, and the snapshot that lends its values must stay.
    ///
    /// - Returns: Whether it was the innermost one.
    static func leave(_ binding: UnsafeMutableRawPointer?) -> Bool {
        guard let frame = contextvars_cached_frame().frame, UnsafeMutableRawPointer(frame) == binding else {
            return false
        }
        contextvars_unbind_only(frame)
        return true
    }
}
