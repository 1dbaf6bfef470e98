// SPDX-License-Identifier: Apache-2.0
/// What became of a variable of a context.
package enum ContextChange: Sendable {
    case added(AnyContextVar, any Sendable)
    case changed(AnyContextVar, from: any Sendable, to: any Sendable)
    case unset(AnyContextVar, any Sendable)
}

extension Context {
    /// What changed from an earlier state, given as a copy, to this context; as `==` understands it.
    ///
    /// - Complexity: O(*n*) at most; O(1) where nothing has changed.
    package func changes(since earlier: Context) -> [ContextChange] {
        let (old, new) = (earlier.storedValues(), storedValues())
        return new.changes(from: old, by: { $0.areEqual($1, $2) }).map { change in
            switch change {
            case .added(let variable, let value): .added(variable, variable.value(from: value))
            case .removed(let variable, let value): .unset(variable, variable.value(from: value))
            case .changed(let variable, let old, let new):
                .changed(variable, from: variable.value(from: old), to: variable.value(from: new))
            }
        }
    }
}
