/// What became of a variable of a context.
package enum ContextChange: Sendable {
    case added(AnyContextVar, any Sendable)
    case changed(AnyContextVar, from: any Sendable, to: any Sendable)
    case unset(AnyContextVar, any Sendable)
}

extension Context {
    /// How this context differs from what it, or the one that it was copied from, was before; as `==` understands it.
    ///
    /// - Complexity: O(*n*); O(1) where nothing has changed.
    package func changes(since earlier: Context) -> [ContextChange] {
        let (old, new) = (earlier.snapshotOfValues(), snapshotOfValues())
        if old.isIdentical(to: new) { return [] }
        var changes: [ContextChange] = []
        for (variable, newValue) in new {
            if let oldValue = old[variable] {
                if variable.areEqual(oldValue, newValue) { continue }
                changes.append(
                    .changed(variable, from: variable.value(from: oldValue), to: variable.value(from: newValue)))
            } else {
                changes.append(.added(variable, variable.value(from: newValue)))
            }
        }
        for (variable, oldValue) in old where new[variable] == nil {
            changes.append(.unset(variable, variable.value(from: oldValue)))
        }
        return changes
    }
}
