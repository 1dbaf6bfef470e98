/// A variable that has another value than before, or none any more.
package struct ContextChange: Sendable {
    package let variable: AnyContextVar
    /// The value before, or `nil` where the variable wasn't set.
    package let oldValue: (any Sendable)?
    /// The value now, or `nil` where the variable isn't set.
    package let newValue: (any Sendable)?
}

extension Context {
    /// How this context differs from what it, or the one that it was copied from, was before; as `==` understands it.
    ///
    /// - Complexity: O(*n*); O(1) where nothing has changed.
    package func changes(since earlier: Context) -> [ContextChange] {
        let (old, new) = (earlier.snapshotOfValues(), snapshotOfValues())
        if old.isIdentical(to: new) { return [] }
        let unset = old.keys.filter { new[$0] == nil }
        let changed = new.keys.filter { variable in
            guard let oldValue = old[variable], let newValue = new[variable] else { return true }
            return !variable.areEqual(oldValue, newValue)
        }
        return (unset + changed).map { variable in
            ContextChange(
                variable: variable, oldValue: old[variable].map(variable.value),
                newValue: new[variable].map(variable.value))
        }
    }
}
