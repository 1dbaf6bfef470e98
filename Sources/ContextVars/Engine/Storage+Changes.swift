// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import PersistentCollections

// All of this is for the owner.

// MARK: - Beginning

extension Storage {
    /// Begins, empty until now, with values that stay until the scope ends.
    @inline(__always)
    func begin(withLent values: (root: UInt, count: Int)) {
        contents.pointee.values = values.root
        contents.pointee.count = values.count
        pointee.flags = UInt8(CONTEXTVARS_LENT_MAP)
    }

    /// Begins, empty until now, with the values of what is current, for a scope that changes one variable.
    ///
    /// That variable may still have an old value here.
    @inline(__always)
    func beginWithValues(of outer: contextvars_outer, replacing variable: AnyContextVar) {
        if outer.frame != nil, let values = outer.storage?.lendValues(replacing: variable) {
            begin(withLent: values)
        } else if let storage = outer.storage {
            contents.map.initialize(to: storage.snapshot())
        }
        pointee.flags |= UInt8(CONTEXTVARS_LENT_VARIABLE | CONTEXTVARS_CHANGED_HERE)
    }

    /// The two words of the values' map, without a reference to it; `nil` if that may change, or hasn't got all values.
    @inline(__always)
    func lendValues(replacing variable: AnyContextVar) -> (root: UInt, count: Int)? {
        guard contextvars_storage_may_lend(self) else { return nil }
        let word = contextvars_storage_values(self)
        if Version.isVersion(word) { return Version.unretainedValues(at: word) }
        if contents.pointee.variable != nil, !changes(variable) {
            settleUnderLock()
            guard contents.pointee.variable == nil else { return nil }
        }
        return (contents.pointee.values, contents.pointee.count)
    }
}

// MARK: - Changing

extension Storage {
    /// What a variable had before an exchange.
    typealias Exchanged = (value: MovingValue?, wasSetHere: Bool)

    /// Sets a variable, or unsets it with `nil`, and returns what it had.
    ///
    /// Takes over the new value's reference; the caller has to release the old one's.
    ///
    /// - Parameter isSetHere: Whether the variable counts as set in this context from now on.
    @inline(__always)
    func exchange(_ newValue: MovingValue?, for variable: AnyContextVar, isSetHere: Bool) -> Exchanged {
        if contents.pointee.variable != nil, newValue == nil || !changes(variable) {
            return exchangeAndSettle(newValue, for: variable, isSetHere: isSetHere)
        }
        guard contextvars_storage_lock(self) else {
            return exchangeInNewVersion(newValue, for: variable, isSetHere: isSetHere)
        }
        if contextvars_is_thread_sanitized { return exchangeInCopy(newValue, for: variable, isSetHere: isSetHere) }
        defer { contextvars_storage_unlock(self) }
        if let newValue, contents.pointee.variable != nil { return exchangeChange(newValue, isSetHere: isSetHere) }
        let wasSetHere = markedVariables.pointee.mark(variable, as: isSetHere)
        if let newValue, let place = map.pointee.valueToChange(forKey: variable) {
            return (newValue.exchange(in: place), wasSetHere)
        }
        return (changeMap(newValue, for: variable), wasSetHere)
    }

    /// Exchanges a value in the map, and puts the change there too.
    ///
    /// Otherwise there would be no room to say which variables were set here.
    @inline(never)
    private func exchangeAndSettle(
        _ newValue: MovingValue?, for variable: AnyContextVar, isSetHere: Bool
    ) -> Exchanged {
        _ = contextvars_storage_lock(self)
        if contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_PUBLISHED)) {
            return exchangeInNewVersion(newValue, for: variable, isSetHere: isSetHere)
        }
        keepWhatIsLent()
        let shared = contextvars_is_thread_sanitized ? map.pointee : nil
        let replacedBefore = changes(variable) ? settle() : nil
        // First: what it adds to a map that is shared, the change may then be put into.
        let oldValue = changeMap(newValue, for: variable)
        let replaced = settle()
        let wasSetHere = markedVariables.pointee.mark(variable, as: isSetHere)
        contextvars_retain_barrier()
        contextvars_storage_unlock(self)
        // As in `settleUnderLock`.
        withExtendedLifetime((shared, replacedBefore, replaced)) {}
        return (oldValue, wasSetHere)
    }

    /// Exchanges the value of the changed variable.
    @inline(__always)
    private func exchangeChange(_ newValue: MovingValue, isSetHere: Bool) -> Exchanged {
        let wasSetHere = contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_CHANGED_HERE))
        contextvars_storage_set_flag(self, UInt8(CONTEXTVARS_CHANGED_HERE), isSetHere)
        return (newValue.exchange(in: changedValue), wasSetHere)
    }

    @inline(never)
    private func changeMap(_ newValue: MovingValue?, for variable: AnyContextVar) -> MovingValue? {
        guard let newValue else { return map.pointee.removeValue(forKey: variable).map { MovingValue($0) } }
        return map.pointee.updateValue(newValue.takeStored(), forKey: variable).map { MovingValue($0) }
    }

    /// Exchanges a value in a copy of the map.
    ///
    /// For the ThreadSanitizer, which doesn't see that readers of a map's node have let go of it before it is changed in
    /// place. The caller has taken the lock, which this gives back.
    @inline(never)
    private func exchangeInCopy(_ newValue: MovingValue?, for variable: AnyContextVar, isSetHere: Bool) -> Exchanged {
        let shared = map.pointee
        let exchanged: Exchanged
        if let newValue, contents.pointee.variable != nil {
            exchanged = exchangeChange(newValue, isSetHere: isSetHere)
        } else {
            let wasSetHere = markedVariables.pointee.mark(variable, as: isSetHere)
            exchanged = (changeMap(newValue, for: variable), wasSetHere)
        }
        contextvars_retain_barrier()
        contextvars_storage_unlock(self)
        withExtendedLifetime(shared) {}
        return exchanged
    }

    /// The values, with the change put into the map once and for all.
    @inline(__always)
    func settledValues() -> ContextValues {
        if contents.pointee.variable != nil { settleUnderLock() }
        return values()
    }

    @inline(never)
    private func settleUnderLock() {
        _ = contextvars_storage_lock(self)
        keepWhatIsLent()
        // Where children read, nothing changes, and in place of a map there may be a version.
        let isPublished = contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_PUBLISHED))
        let shared = contextvars_is_thread_sanitized && !isPublished ? map.pointee : nil
        let replaced = isPublished ? nil : settle()
        contextvars_retain_barrier()
        contextvars_storage_unlock(self)
        withExtendedLifetime(shared) {}
        // Its end may run what a user wrote. (It seldom ends here: a change is made beside the map of another context. But
        // a task's copy may outlive that.)
        withExtendedLifetime(replaced) {}
    }

    /// Puts the change into the map, and returns what that had for the variable.
    ///
    /// Under the lock, where the storage is changed in place.
    private func settle() -> StoredValue? {
        guard let variable = contents.pointee.variable else { return nil }
        let variablesSetHere = variablesSetHere()
        let key = Unmanaged<AnyContextVar>.fromOpaque(variable).takeRetainedValue()
        let replaced = map.pointee.updateValue(changedValue.move(), forKey: key)
        contents.pointee.variable = nil
        markedVariables.initialize(to: variablesSetHere)
        return replaced
    }
}

// MARK: - Where others read the storage

extension Storage {
    /// Exchanges a value where the storage isn't changed in place.
    ///
    /// The caller has taken the lock, which this gives back.
    @inline(never)
    private func exchangeInNewVersion(
        _ newValue: MovingValue?, for variable: AnyContextVar, isSetHere: Bool
    ) -> Exchanged {
        keepWhatIsLent()
        guard contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_PUBLISHED)) else {
            contextvars_retain_barrier()
            contextvars_storage_unlock(self)
            return exchange(newValue, for: variable, isSetHere: isSetHere)
        }
        var variablesSetHere = variablesSetHere()
        let wasSetHere = variablesSetHere.mark(variable, as: isSetHere)
        var values = values()
        let oldValue =
            if let newValue { values.updateValue(newValue.takeStored(), forKey: variable) } else {
                values.removeValue(forKey: variable)
            }
        let count = publish(values, variablesSetHere)
        contextvars_retain_barrier()
        contextvars_storage_unlock(self)
        let wasWithdrawn = contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_WITHDRAWN))
        if count > (wasWithdrawn ? Version.laterLimit : Version.firstLimit) { withdrawIfUnread() }
        return (oldValue.map { MovingValue($0) }, wasSetHere)
    }

    /// Makes values current that aren't changed any more, and returns how many versions are kept before it.
    ///
    /// Under the lock.
    private func publish(_ values: ContextValues, _ variablesSetHere: VariablesSetHere) -> Int {
        let word = contextvars_storage_values(self)
        let previous =
            Version.isVersion(word)
            ? Version.at(word).takeRetainedValue() : Version(map.move(), VariablesSetHere(), after: nil)
        let version = Version(values, variablesSetHere, after: previous)
        contextvars_storage_set_values(self, version.intoWord())
        return version.countBefore
    }

    /// Keeps what the code that began the scope has kept for the storage until now.
    ///
    /// Under the lock.
    private func keepWhatIsLent() {
        if contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_LENT_MAP)) {
            // A reference more, kept by nobody else. The storage's own words aren't written: children may be reading them.
            var kept = contextvars_contents()
            withUnsafeMutablePointer(to: &kept) { $0.map.initialize(to: map.pointee) }
            contextvars_storage_set_flag(self, UInt8(CONTEXTVARS_LENT_MAP), false)
        }
        if contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_LENT_VARIABLE)) {
            if let variable = changedVariable { _ = Unmanaged.passRetained(variable) }
            contextvars_storage_set_flag(self, UInt8(CONTEXTVARS_LENT_VARIABLE), false)
        }
    }

    /// Changes in place again, and releases the versions, unless somebody is reading at this moment.
    @inline(never)
    private func withdrawIfUnread() {
        _ = contextvars_storage_lock(self)
        contextvars_storage_set_flag(self, UInt8(CONTEXTVARS_PUBLISHED), false)
        var released = contextvars_contents()
        if contextvars_nobody_reads(self) {
            released = withdraw()
            contextvars_storage_set_flag(self, UInt8(CONTEXTVARS_WITHDRAWN), true)
        } else {
            contextvars_storage_set_flag(self, UInt8(CONTEXTVARS_PUBLISHED), true)
            Version.at(contextvars_storage_values(self))._withUnsafeGuaranteedRef { $0.countAgain() }
        }
        contextvars_retain_barrier()
        contextvars_storage_unlock(self)
        withUnsafeMutablePointer(to: &released) { $0.release() }
    }

    /// Changes in place again, now that nobody can be reading any more.
    func withdrawAfterUse() {
        guard contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_PUBLISHED)) else { return }
        _ = contextvars_storage_lock(self)
        contextvars_storage_set_flag(self, UInt8(CONTEXTVARS_PUBLISHED), false)
        var released = withdraw()
        contextvars_retain_barrier()
        contextvars_storage_unlock(self)
        withUnsafeMutablePointer(to: &released) { $0.release() }
    }

    /// Moves the current version's values into the storage.
    ///
    /// Returns what the caller must release. Under the lock.
    private func withdraw() -> contextvars_contents {
        let word = contextvars_storage_values(self)
        guard Version.isVersion(word) else { return contextvars_contents() }
        let variablesSetHere = variablesSetHere()
        var released = contents.pointee
        contents.pointee = contextvars_contents()
        map.initialize(to: Version.at(word)._withUnsafeGuaranteedRef { $0.values })
        markedVariables.initialize(to: variablesSetHere)
        released.values = word
        return released
    }
}
