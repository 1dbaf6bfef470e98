// SPDX-License-Identifier: Apache-2.0
import ContextVars

/// What every place would like to know: once as task-local values, and once as context variables.
enum Order {
    @TaskLocal static var taskLocalID: String?
    static let id = ContextVar<String?>("order.id")

    /// What a function that was called has done.
    @TaskLocal static var taskLocalStep: String?
    static let step = ContextVar<String?>("order.step")
}
