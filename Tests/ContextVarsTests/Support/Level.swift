// SPDX-License-Identifier: Apache-2.0
import ContextVars

/// What this process may rely on, as the tests must know it: `.ci/levels` runs them where less than everything holds.
enum Level {
    /// Whether a plain task gets a copy of its creator's context.
    static let tasksCopy = RuntimeSupport.current == .full

    /// Whether a structured child borrows its parent's context.
    static let childrenBorrow =
        if case .explicitOnly = RuntimeSupport.current { false } else { true }

    /// What a plain task sees in place of the values that were current when it was created.
    static func inPlainTask<Seen>(_ values: Seen, orWithoutContext defaults: Seen) -> Seen {
        tasksCopy ? values : defaults
    }

    /// What a structured child sees in place of its parent's values.
    static func inChild<Seen>(_ values: Seen, orWithoutContext defaults: Seen) -> Seen {
        childrenBorrow ? values : defaults
    }

    /// Why a structured child can't change a variable.
    static var refusalInChild: ContextError { childrenBorrow ? .borrowedContext : .noCurrentContext }

    /// The same where the child has a copy, because its parent's context was entered in the body of a task group.
    static var refusalInChildWithCopy: ContextError { tasksCopy ? .borrowedContext : .noCurrentContext }
}
