// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames

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
    mutating func mark(_ variable: AnyContextVar, as isSetHere: Bool, among count: Int) -> Bool {
        let bit = variable.bit
        if bit == Self.areLaterOnesSetHere { return markLater(variable, as: isSetHere, among: count) }
        let wasSetHere = bits & bit != 0
        if wasSetHere != isSetHere { bits ^= bit }
        return wasSetHere
    }

    @inline(never)
    private mutating func markLater(_ variable: AnyContextVar, as isSetHere: Bool, among count: Int) -> Bool {
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

    /// The bit of all later variables, set where none of them is inherited.
    private static let areLaterOnesSetHere: UInt64 = 1 << 63

    static func bit(ofNumber number: Int) -> UInt64 {
        number < 63 ? 1 << UInt64(number) : areLaterOnesSetHere
    }
}

/// The numbers of variables that have no bit, which were set where others of them are inherited.
///
/// Changed by the owner of the storage alone, under the lock. A copy of a ``VariablesSetHere`` has the same ones: of a
/// storage's copies, only the latest is used.
private final class LaterVariables {
    var numbers: Set<Int> = []
}

// MARK: - In a storage

extension Storage {
    /// Which variables were set here: where there is no change beside the map, and no ``Version``.
    @inline(__always)
    var markedVariables: UnsafeMutablePointer<VariablesSetHere> {
        UnsafeMutableRawPointer(changedValue).assumingMemoryBound(to: VariablesSetHere.self)
    }

    /// Says whether a variable was set here, and returns whether it was until now.
    @inline(__always)
    func markVariable(_ variable: AnyContextVar, as isSetHere: Bool) -> Bool {
        markedVariables.pointee.mark(variable, as: isSetHere, among: contents.pointee.count)
    }

    /// Which variables were set here.
    ///
    /// For the owner, and for others under the lock.
    func variablesSetHere() -> VariablesSetHere {
        let word = contextvars_storage_values(self)
        if Version.isVersion(word) { return Version.at(word)._withUnsafeGuaranteedRef { $0.variablesSetHere } }
        guard let variable = changedVariable else { return markedVariables.pointee }
        var variables = VariablesSetHere()
        let isSetHere = contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_CHANGED_HERE))
        _ = variables.mark(variable, as: isSetHere, among: contents.pointee.count)
        return variables
    }
}
