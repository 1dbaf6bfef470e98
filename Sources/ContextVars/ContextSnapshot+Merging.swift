// SPDX-License-Identifier: Apache-2.0
extension ContextSnapshot {
    /// Whether no variable is set.
    package var isEmpty: Bool { unretainedValues.count == 0 }

    /// The snapshot with the values of another one, which override its own; it carries its own task-local values.
    ///
    /// - Complexity: O(1) if it has no values itself; otherwise that of ``with(_:_:)`` for each value of the other.
    package func merging(_ other: ContextSnapshot) -> ContextSnapshot {
        // The usual case, in which nothing is retained but the result.
        if carriesNothing, other.carriesNothing, isEmpty { return other }
        if other.isEmpty { return self }
        if isEmpty { return ContextSnapshot(other.values, captured: captured) }
        var values = values
        for (variable, value) in other.values { values.updateValue(value, forKey: variable) }
        return derived(values)
    }

    /// A new context that starts with the values.
    ///
    /// - Complexity: O(1).
    package func makeContext() -> Context { Context(values) }
}
