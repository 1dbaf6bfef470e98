// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import Synchronization

/// What the Swift runtime was seen to do, compared with what the engine relies on.
struct RuntimeCheck {
    /// How many copies of the current slot the creation of one plain task made, on the creating thread.
    var copiesForPlainTask: UInt = 1
    /// Whether a plain task is taken for a structured child.
    var plainTaskIsStructured = false
    /// Whether an `async let` child is taken for a structured child.
    var childIsStructured = true

    /// What follows from it.
    var support: RuntimeSupport {
        if plainTaskIsStructured {
            .explicitOnly(because: "a plain Task can't be told from a structured child task")
        } else if !childIsStructured {
            .explicitOnly(because: "an `async let` child can't be told from a plain Task")
        } else if copiesForPlainTask != 1 {
            .withoutTaskCopies(
                because: "creating a Task made \(copiesForPlainTask) copies of the current context instead of 1")
        } else {
            .full
        }
    }

    /// Observes the runtime, and limits the C target to what it can rely on.
    static func run() {
        let support = RuntimeSupport.forced ?? observe().support
        RuntimeSupport.known.withLock { $0 = support }
        contextvars_set_support(support == .full, support.allowsChildren, allowsStayingValues)
        if let complaint = support.complaint { contextvars_complain(complaint) }
    }

    /// Creates a task in a binding, with an executor that runs it before its creation returns.
    private static func observe() -> RuntimeCheck {
        let check = Mutex(RuntimeCheck())
        let copiesBefore = contextvars_copies_on_this_thread()
        let frame = contextvars_frame_allocate()
        let outer = contextvars_find_outer()
        let binding = contextvars_bind(frame, outer.frame, outer.agent, false)
        _ = Task(executorPreference: InlineExecutor()) {
            async let childIsStructured = isStructured()
            let plainTaskIsStructured = isStructured()
            let child = await childIsStructured
            let allowsChildren = check.withLock {
                $0.plainTaskIsStructured = plainTaskIsStructured
                $0.childIsStructured = child
                return $0.support.allowsChildren
            }
            #if CONTEXTVARS_PLAIN
            _ = allowsChildren
            #else
            await TaskLayout.learn(withChildren: allowsChildren)
            #endif
        }
        contextvars_unbind(frame, binding.outer, binding.ridden)
        let copies = contextvars_copies_on_this_thread() - copiesBefore
        return check.withLock {
            $0.copiesForPlainTask = copies
            return $0
        }
    }

    private static func isStructured() -> Bool {
        contextvars_agent_is_structured_child(contextvars_current_agent())
    }

    /// Whether a slot may stay among the values of a thread outside of tasks, as that of the main thread's root and the
    /// anchors of others do: before these systems, the runtime aborts in an `isolated deinit` on a thread with values.
    static var allowsStayingValues: Bool {
        if #available(macOS 26.4, iOS 26.4, tvOS 26.4, watchOS 26.4, visionOS 26.4, *) { true } else { false }
    }
}
