// SPDX-License-Identifier: Apache-2.0
import CContextVarsFrames
import PersistentCollections

/// The values of a storage that structured children read without a lock.
///
/// While children read a storage, its owner doesn't change it in place: each `set` publishes another version. The children
/// may still be reading the previous ones, so a version keeps these. When there are too many of them, and nobody is reading
/// at that moment, the owner releases them all and goes back to changing in place, until a child reads again.
final class Version {
    let values: ContextValues
    /// For the owner, and for others under the lock.
    let variablesSetHere: VariablesSetHere
    // The owner alone looks at what follows.
    private var previous: Version?
    /// How many versions are kept before this one.
    private(set) var countBefore: Int

    /// How many are kept before the owner asks whether they are being read.
    ///
    /// The question makes all processors pass a barrier. And a child that reads again after that waits for the owner's lock; so
    /// where children have done that, more are kept.
    static let firstLimit = 32
    static let laterLimit = 256

    init(_ values: ContextValues, _ variablesSetHere: VariablesSetHere, after previous: Version?) {
        self.values = values
        self.variablesSetHere = variablesSetHere
        self.previous = previous
        countBefore = previous.map { $0.countBefore + 1 } ?? 0
    }

    /// Waits as long again, because somebody is reading.
    func countAgain() {
        countBefore = 0
    }

    deinit {
        // One after the other: there may be too many for a recursion.
        var next = previous.take()
        while let version = next { next = version.previous.take() }
    }
}

// MARK: - In a storage

extension Version {
    /// Whether the first word of a storage is the address of a version, instead of a map's root.
    @inline(__always)
    static func isVersion(_ word: UInt) -> Bool { word & UInt(CONTEXTVARS_PUBLISHED_VERSION) != 0 }

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
