// SPDX-License-Identifier: Apache-2.0
import CContextVarsAutomatic

/// A function that hands work over: `dispatch_async`, `pthread_create`.
public struct AutomaticBoundary: Hashable, Sendable {
    /// The name of the C function.
    public let name: String
    /// The kind of work that it hands over.
    public let work: AutomaticPropagation.Work
    /// Whether callers in this program reach the function of this module before the real one.
    public let isInterposed: Bool

    init(_ boundary: contextvars_automatic_boundary) {
        name = String(cString: boundary.name)
        work = AutomaticPropagation.Work(rawValue: boundary.kind)
        isInterposed = boundary.is_interposed
    }
}
