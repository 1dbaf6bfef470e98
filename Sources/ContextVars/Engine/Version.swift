// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import PersistentCollections

/// The values of a storage that structured children read without a lock.
///
/// While children read a storage, its owner doesn't change it in place: each `set` publishes another version. The children
/// may still be reading the previous ones, so a version keeps these. When there are too many of them, and nobody is reading
/// at that moment, the owner releases them all and goes back to changing in place, until a child reads again. Where that
/// fails again and again, for there are always some who read, it keeps new ones out until the others have left.
final class Version {
    let values: ContextValues
    /// For the owner, and for others under the lock.
    let variablesSetHere: VariablesSetHere
    // The owner alone looks at what follows.
    private var previous: Version?
    /// How many versions are kept before this one.
    private(set) var countBefore: Int
    /// How often somebody was reading when the owner asked.
    private var refusals: Int

    /// How many are kept before the owner asks whether they are being read.
    ///
    /// The question makes all processors pass a barrier. And a child that reads again after that waits for the owner's lock; so
    /// where children have done that, more are kept.
    static let firstLimit = 32
    static let laterLimit = 256

    /// Whether the owner, who is about to ask again, waits for an answer: so there are some thousand versions at most.
    ///
    /// It waits with the eighth question, and as long again each time that the wait was in vain.
    var isOverdue: Bool { refusals >= 7 && (refusals + 1).nonzeroBitCount == 1 }

    init(_ values: ContextValues, _ variablesSetHere: VariablesSetHere, after previous: Version?) {
        self.values = values
        self.variablesSetHere = variablesSetHere
        self.previous = previous
        countBefore = previous.map { $0.countBefore + 1 } ?? 0
        refusals = previous?.refusals ?? 0
    }

    /// Waits as long again, because somebody is reading.
    func countAgain() {
        countBefore = 0
        refusals += 1
    }

    deinit {
        // One after the other: there may be too many for a recursion.
        var next = previous.take()
        while let version = next { next = version.previous.take() }
    }
}

// MARK: - In the first word of a storage

extension Version {
    @inline(__always)
    static func at(_ word: UInt) -> Unmanaged<Version> {
        Unmanaged.fromOpaque(UnsafeRawPointer(bitPattern: word & ~UInt(CONTEXTVARS_PUBLISHED_VERSION))!)
    }

    /// The two words of a version's map, without a reference to it.
    @inline(never)
    static func unretainedValues(at word: UInt) -> (root: UInt, count: Int) {
        at(word)._withUnsafeGuaranteedRef { (UInt(bitPattern: $0.values.rootAddress), $0.values.count) }
    }

    /// The word for this version, which has a reference to it.
    func intoWord() -> UInt {
        UInt(bitPattern: Unmanaged.passRetained(self).toOpaque()) | UInt(CONTEXTVARS_PUBLISHED_VERSION)
    }
}

// MARK: - Where children read a storage

extension Storage {
    /// Exchanges a value where the storage isn't changed in place.
    ///
    /// The caller has taken the lock, which this gives back.
    @inline(never)
    func exchangeInNewVersion(
        _ newValue: MovingValue?, for variable: AnyContextVar, isSetHere: Bool
    ) -> Exchanged {
        keepWhatIsLent()
        guard contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_PUBLISHED)) else {
            contextvars_retain_barrier()
            contextvars_storage_unlock(self)
            return exchange(newValue, for: variable, isSetHere: isSetHere)
        }
        var values = values()
        var variablesSetHere = variablesSetHere()
        let wasSetHere = variablesSetHere.note(variable, as: isSetHere, among: values.count)
        let oldValue =
            if let newValue { values.updateValue(newValue.takeStored(), forKey: variable) } else {
                values.removeValue(forKey: variable)
            }
        let count = install(values, variablesSetHere)
        contextvars_retain_barrier()
        contextvars_storage_unlock(self)
        let wasWithdrawn = contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_WITHDRAWN))
        if count > (wasWithdrawn ? Version.laterLimit : Version.firstLimit) { withdrawIfUnread() }
        return (oldValue.map { MovingValue($0) }, wasSetHere)
    }

    /// Makes immutable values current, and returns how many versions are kept before them.
    ///
    /// Under the lock.
    private func install(_ values: ContextValues, _ variablesSetHere: VariablesSetHere) -> Int {
        let word = contextvars_storage_values(self)
        let previous =
            Self.isVersion(word)
            ? Version.at(word).takeRetainedValue() : Version(map.move(), VariablesSetHere(), after: nil)
        let version = Version(values, variablesSetHere, after: previous)
        contextvars_storage_set_values(self, version.intoWord())
        return version.countBefore
    }

    /// Changes in place again, and releases the versions, unless somebody is reading at this moment.
    @inline(never)
    private func withdrawIfUnread() {
        _ = contextvars_storage_lock(self)
        contextvars_storage_set_flag(self, UInt8(CONTEXTVARS_PUBLISHED), false)
        var released = contextvars_contents()
        let isOverdue = Version.at(contextvars_storage_values(self))._withUnsafeGuaranteedRef { $0.isOverdue }
        if isOverdue ? contextvars_readers_leave(self) : contextvars_nobody_reads(self) {
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
        guard Self.isVersion(word) else { return contextvars_contents() }
        let variablesSetHere = variablesSetHere()
        var released = contents.pointee
        contents.pointee = contextvars_contents()
        map.initialize(to: Version.at(word)._withUnsafeGuaranteedRef { $0.values })
        notedVariables.initialize(to: variablesSetHere)
        released.values = word
        return released
    }
}
