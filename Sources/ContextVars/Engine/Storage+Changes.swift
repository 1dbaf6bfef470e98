// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import PersistentCollections

// All of this is for the owner. What it does where children read the storage is in Version.swift.

// MARK: - Beginning

extension Storage {
    /// Begins, empty until now, with values that stay until the scope ends.
    @inline(__always)
    func begin(withLent values: (root: UInt, count: Int)) {
        contents.pointee.values = values.root
        contents.pointee.count = values.count
        pointee.flags = UInt8(CONTEXTVARS_LENT_MAP)
        #if CONTEXTVARS_WITHOUT_LENDING
        keepWhatIsLent()
        #endif
    }

    /// Begins, empty until now, with the values of what is current, for a scope that changes one variable.
    ///
    /// That variable may still have an old value here.
    @inline(__always)
    func beginWithValues(of outer: contextvars_outer, replacing variable: AnyContextVar) {
        if outer.frame != nil, let values = outer.storage?.lendValues(replacing: variable) {
            begin(withLent: values)
        } else if let storage = outer.storage {
            contents.map.initialize(to: storage.valuesUnderLock())
        }
        pointee.flags |= UInt8(CONTEXTVARS_LENT_VARIABLE | CONTEXTVARS_CHANGED_HERE)
    }

    /// The two words of the values' map, without a reference to it; `nil` if that may change, or hasn't got all values.
    @inline(__always)
    func lendValues(replacing variable: AnyContextVar) -> (root: UInt, count: Int)? {
        guard contextvars_storage_may_lend(self) else { return nil }
        let word = contextvars_storage_values(self)
        if Self.isVersion(word) { return Version.unretainedValues(at: word) }
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
        let wasSetHere = noteChange(of: variable, as: isSetHere)
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
        // Before settling: this copies a shared map, so that the change beside it can then go into the copy in place.
        let oldValue = changeMap(newValue, for: variable)
        let replaced = settle()
        let wasSetHere = noteChange(of: variable, as: isSetHere)
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
            let wasSetHere = noteChange(of: variable, as: isSetHere)
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
        notedVariables.initialize(to: variablesSetHere)
        return replaced
    }

    /// Keeps what the code that began the scope has kept for the storage until now.
    ///
    /// Under the lock.
    func keepWhatIsLent() {
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
}

// MARK: - Which variables were set here

extension Storage {
    /// Which variables were set here: where there is no change beside the map, and no ``Version``.
    @inline(__always)
    var notedVariables: UnsafeMutablePointer<VariablesSetHere> {
        UnsafeMutableRawPointer(changedValue).assumingMemoryBound(to: VariablesSetHere.self)
    }

    /// Says whether a variable was set here, and returns whether it was until now.
    @inline(__always)
    func noteChange(of variable: AnyContextVar, as isSetHere: Bool) -> Bool {
        notedVariables.pointee.note(variable, as: isSetHere, among: contents.pointee.count)
    }

    /// Which variables were set here.
    ///
    /// For the owner, and for others under the lock.
    func variablesSetHere() -> VariablesSetHere {
        let word = contextvars_storage_values(self)
        if Self.isVersion(word) { return Version.at(word)._withUnsafeGuaranteedRef { $0.variablesSetHere } }
        guard let variable = changedVariable else { return notedVariables.pointee }
        var variables = VariablesSetHere()
        if contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_CHANGED_HERE)) {
            // By itself: a task's copy has inherited it, and a reset may restore that.
            _ = variables.note(variable, as: true, among: .max)
        }
        return variables
    }
}

/// Which variables were set in a context itself: of the others, it has inherited the values.
///
/// It is where a storage without a change beside its map has two words to spare, and in a ``Version``. Its words mean the
/// same as those of a ``StoredValue``: bits, and a reference.
struct VariablesSetHere {
    /// A bit for each of the first variables of the process, and `areLaterOnesSetHere`.
    private var bits: UInt64 = 0
    /// The later variables that were set here, unless all were.
    private var later: LaterVariables?

    /// Says whether a variable was set here, and returns whether it was until now.
    ///
    /// - Parameter count: How many variables have a value here, beside a change.
    @inline(__always)
    mutating func note(_ variable: AnyContextVar, as isSetHere: Bool, among count: Int) -> Bool {
        let bit = variable.bit
        if bit == Self.areLaterOnesSetHere { return noteLater(variable, as: isSetHere, among: count) }
        let wasSetHere = bits & bit != 0
        if wasSetHere != isSetHere { bits ^= bit }
        return wasSetHere
    }

    @inline(never)
    private mutating func noteLater(_ variable: AnyContextVar, as isSetHere: Bool, among count: Int) -> Bool {
        if later == nil, bits.nonzeroBitCount == count {
            // No later variable has a value yet, so none is inherited: those with a value will all have been set here.
            bits |= Self.areLaterOnesSetHere
        }
        if bits & Self.areLaterOnesSetHere != 0 { return true }
        guard isSetHere else { return later?.numbers.remove(variable.number) != nil }
        if later == nil { later = LaterVariables() }
        return later?.numbers.insert(variable.number).inserted == false
    }

    /// Whether a variable that has a value was set here.
    func contains(_ variable: AnyContextVar) -> Bool {
        bits & variable.bit != 0 || later?.numbers.contains(variable.number) ?? false
    }

    /// The same variables, for another storage.
    func forAnotherStorage() -> VariablesSetHere {
        var variables = self
        variables.later = later.map { LaterVariables($0.numbers) }
        return variables
    }

    /// The bit of all later variables, set where none of them is inherited.
    private static let areLaterOnesSetHere: UInt64 = 1 << 63

    static func bit(ofNumber number: Int) -> UInt64 {
        number < 63 ? 1 << UInt64(number) : areLaterOnesSetHere
    }
}

/// The numbers of variables that have no bit, which were set where others of them are inherited.
///
/// Changed by the owner of the storage alone, under the lock. A copy of a ``VariablesSetHere`` has the same ones: of a
/// storage's copies, only the latest is used. Two storages never share them, since each has a lock of its own.
private final class LaterVariables {
    var numbers: Set<Int>

    init(_ numbers: Set<Int> = []) {
        self.numbers = numbers
    }
}
