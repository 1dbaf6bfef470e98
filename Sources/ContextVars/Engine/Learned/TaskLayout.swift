// SPDX-License-Identifier: Apache-2.0
#if !CONTEXTVARS_PLAIN
import CContextVarsFrames

/// Shows the C target where in a task the Swift runtime keeps task-local values and status records
/// (`Documentation/Design/task-layout.md`).
enum TaskLayout {
    /// Call it in a task that isn't a child: for a child, the runtime allocates more than is searched.
    ///
    /// - Parameter withChildren: Whether children may read what their parents have.
    static func learn(withChildren: Bool) async {
        contextvars_learn_place_of_values()
        if withChildren { await learnParentLink() }
        var notes = contextvars_task_notes()
        var groups: (outer: UInt, inner: UInt) = (0, 0)
        contextvars_note_task(&notes)
        await withTaskGroup(of: Void.self) { outer in
            groups.outer = address(of: outer)
            contextvars_note_task(&notes)
            await withTaskGroup(of: Void.self) { inner in
                groups.inner = address(of: inner)
                contextvars_note_task(&notes)
            }
            contextvars_note_task(&notes)
        }
        contextvars_note_task(&notes)
        contextvars_learn_place_of_records(&notes, groups.outer, groups.inner)
        await withTaskGroup(of: Void.self) { outer in
            let outerAddress = address(of: outer)
            await withTaskGroup(of: Void.self) { inner in
                contextvars_learn_group_record(outerAddress, address(of: inner))
            }
        }
    }

    private static func learnParentLink() async {
        let frame = contextvars_frame_allocate()
        let outer = contextvars_find_outer()
        let binding = contextvars_bind(frame, outer.frame, outer.agent, false)
        async let linked: Void = contextvars_learn_parent_link()
        await linked
        contextvars_unbind(frame, binding.outer, binding.ridden)
    }

    /// Where the runtime keeps a group; 0 if that isn't all that a group is.
    private static func address(of group: TaskGroup<Void>) -> UInt {
        MemoryLayout<TaskGroup<Void>>.size == MemoryLayout<UInt>.size ? unsafeBitCast(group, to: UInt.self) : 0
    }
}
#endif
