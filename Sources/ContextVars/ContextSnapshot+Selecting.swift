// SPDX-License-Identifier: Apache-2.0
extension ContextSnapshot {
    /// A snapshot with the values of some variables and no others, which carries the same task-local values.
    ///
    /// For code that should get only what it needs: a library's callback, a pool that many requests share.
    ///
    /// ```swift
    /// let snapshot = ContextSnapshot.current.only(Request.id)
    /// ```
    ///
    /// Variables that aren't set in this snapshot aren't set in the new one either.
    ///
    /// - Complexity: O(*k* log *n*) for *k* variables out of *n*. Safe from any thread.
    public func only(_ variables: AnyContextVar...) -> ContextSnapshot {
        let all = values
        var kept = ContextValues()
        for variable in variables {
            if let value = all[variable] { kept.updateValue(value, forKey: variable) }
        }
        return derived(kept)
    }

    /// A snapshot without the values of some variables, which carries the same task-local values.
    ///
    /// ```swift
    /// queue.async(context: .current.without(Database.transaction)) { … }
    /// ```
    ///
    /// - Complexity: O(*k* log *n*) for *k* variables out of *n*. Safe from any thread.
    public func without(_ variables: AnyContextVar...) -> ContextSnapshot {
        var kept = values
        for variable in variables { kept.removeValue(forKey: variable) }
        return derived(kept)
    }
}
