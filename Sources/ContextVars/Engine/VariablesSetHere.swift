// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames

/// Which variables were set in a context itself: of the others, it has inherited the values.
///
/// It is where a storage without a change beside its map has two words to spare, and in a ``Version``. Its words mean the
/// same as those of a ``StoredValue``: bits, and a reference.
struct VariablesSetHere {
    /// A bit for each of the first variables of the process, and one for all others.
    private var bits: UInt64 = 0
    /// The others that were set here.
    private var later: LaterVariables?

    /// Says whether a variable was set here, and returns whether it was until now.
    @inline(__always)
    mutating func mark(_ variable: AnyContextVar, as isSetHere: Bool) -> Bool {
        let bit = variable.bit
        if bit == Self.bitOfLaterVariables { return markLater(variable, as: isSetHere) }
        let wasSetHere = bits & bit != 0
        if wasSetHere != isSetHere { bits ^= bit }
        return wasSetHere
    }

    @inline(never)
    private mutating func markLater(_ variable: AnyContextVar, as isSetHere: Bool) -> Bool {
        guard isSetHere else { return later?.numbers.remove(variable.number) != nil }
        if later == nil { later = LaterVariables() }
        return later?.numbers.insert(variable.number).inserted == false
    }

    func contains(_ variable: AnyContextVar) -> Bool {
        if variable.bit == Self.bitOfLaterVariables { return later?.numbers.contains(variable.number) ?? false }
        return bits & variable.bit != 0
    }

    /// The same variables, for another storage.
    func forAnotherStorage() -> VariablesSetHere {
        var variables = self
        variables.later = later.map { LaterVariables($0.numbers) }
        return variables
    }

    private static let bitOfLaterVariables: UInt64 = 1 << 63

    static func bit(ofNumber number: Int) -> UInt64 {
        number < 63 ? 1 << UInt64(number) : bitOfLaterVariables
    }
}

/// The numbers of variables that have no bit.
///
/// Changed by the owner of the storage alone, under the lock. A copy of a ``VariablesSetHere`` has the same ones: of a
/// storage's copies, only the latest is used. Two storages never share them, since each has a lock of its own.
private final class LaterVariables {
    var numbers: Set<Int>

    init(_ numbers: Set<Int> = []) {
        self.numbers = numbers
    }
}

// MARK: - In a storage

extension Storage {
    /// Which variables were set here: where there is no change beside the map, and no ``Version``.
    @inline(__always)
    var markedVariables: UnsafeMutablePointer<VariablesSetHere> {
        UnsafeMutableRawPointer(changedValue).assumingMemoryBound(to: VariablesSetHere.self)
    }

    /// Which variables were set here.
    ///
    /// For the owner, and for others under the lock.
    func variablesSetHere() -> VariablesSetHere {
        let word = contextvars_storage_values(self)
        if Version.isVersion(word) { return Version.at(word)._withUnsafeGuaranteedRef { $0.variablesSetHere } }
        guard let variable = changedVariable else { return markedVariables.pointee }
        var variables = VariablesSetHere()
        _ = variables.mark(variable, as: contextvars_storage_has_flag(self, UInt8(CONTEXTVARS_CHANGED_HERE)))
        return variables
    }
}
