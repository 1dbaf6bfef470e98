import CContextVarsFrames

/// Connects the engine with the C target and checks, once in the process, that the Swift runtime behaves as both rely on.
@inline(__always)
func prepareRuntime() {
    _ = runtimeIsPrepared
}

private let runtimeIsPrepared: Void = {
    hooks.initialize(
        to: contextvars_hooks(
            copy: { frame, draft in
                draft.assumingMemoryBound(to: Draft.self).initialize(to: frame.snapshotOfDraft())
            },
            release: { context, draft in
                draft.assumingMemoryBound(to: Draft.self).deinitialize(count: 1)
                guard let context else { return }
                Unmanaged<Context>.fromOpaque(context).takeRetainedValue().unclaim()
            }
        ))
    contextvars_set_hooks(hooks)
    RuntimeCheck.start()
}()

/// Never freed: the runtime may copy frames as long as the process lives.
private nonisolated(unsafe) let hooks = UnsafeMutablePointer<contextvars_hooks>.allocate(capacity: 1)

/// What is observed of the Swift runtime, against what the engine relies on.
struct RuntimeCheck {
    /// How many copies of the current frame the creation of one plain task made, on the creating thread.
    var copiesForPlainTask: UInt
    /// Whether a plain task is taken for a structured child.
    var plainTaskIsStructured = false
    /// Whether an `async let` child is taken for a structured child.
    var childIsStructured = true

    /// What doesn't hold, or `nil` where all does.
    var complaint: String? {
        let problem =
            if copiesForPlainTask != 1 {
                "creating a Task made \(copiesForPlainTask) copies of the current context instead of 1"
            } else if plainTaskIsStructured {
                "a plain Task can't be told from a structured child task"
            } else if !childIsStructured {
                "an `async let` child can't be told from a plain Task"
            } else {
                String?.none
            }
        return problem.map { "swift-contextvars does not work with this Swift runtime: \($0)." }
    }

    /// Checks the copy at once, and the flags of tasks as soon as the checking task runs, which also finds out how the
    /// runtime lays out tasks.
    ///
    /// Ends the process if something doesn't hold: tasks would read each other's values.
    fileprivate static func start() {
        let copiesBefore = contextvars_copies_on_this_thread()
        let frame = contextvars_frame_allocate()
        contextvars_bind(frame)
        Task {
            async let childIsStructured = isStructured()
            let flags = RuntimeCheck(
                copiesForPlainTask: 1, plainTaskIsStructured: isStructured(), childIsStructured: await childIsStructured
            )
            flags.enforce()
            await TaskLayout.learn()
        }
        contextvars_unbind(frame)
        RuntimeCheck(copiesForPlainTask: contextvars_copies_on_this_thread() - copiesBefore).enforce()
    }

    private static func isStructured() -> Bool {
        contextvars_agent_is_structured_child(contextvars_current_agent())
    }

    private func enforce() {
        if let complaint { fatalError(complaint) }
    }
}
