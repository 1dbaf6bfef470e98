// SPDX-License-Identifier: Apache-2.0
extension HAMT {
    /// Tells whether this map and another have the same keys, with values that `areEquivalent` finds equal.
    ///
    /// - Complexity: O(n) at most. Parts that the two maps share are not looked at, so versions of one map that differ
    ///   in k places compare in O(k log n), and a map with its copy in O(1).
    @inlinable
    public func isEqual<Failure: Error>(
        to other: HAMT, by areEquivalent: (Value, Value) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        guard count == other.count else { return false }
        do throws(Inequality<Failure>) {
            try other.forEachDifference(from: self) { (mine, theirs) throws(Inequality<Failure>) in
                guard let mine, let theirs else { throw .difference }
                do throws(Failure) {
                    if try areEquivalent(mine.pointee.value, theirs.pointee.value) { return }
                } catch {
                    throw .failure(error)
                }
                throw .difference
            }
            return true
        } catch {
            if case .failure(let error) = error { throw error }
            return false
        }
    }

    /// What ends a comparison.
    @usableFromInline
    enum Inequality<Failure: Error>: Error {
        case difference
        case failure(Failure)
    }

    /// Tells whether two maps share their whole storage, which makes them equal.
    ///
    /// - Complexity: O(1). `false` doesn't mean that they differ.
    @inlinable public func isIdentical(to other: HAMT) -> Bool { root === other.root && count == other.count }
}

extension HAMT: Equatable where Value: Equatable {
    /// Tells whether two maps have the same keys with equal values.
    ///
    /// - Complexity: As that of ``isEqual(to:by:)``.
    @inlinable public static func == (left: HAMT, right: HAMT) -> Bool { left.isEqual(to: right, by: ==) }
}

extension HAMT: Hashable where Value: Hashable {
    /// Hashes the entries so that equal maps have equal hashes, in whichever order they were built.
    ///
    /// - Complexity: O(n).
    @inlinable
    public func hash(into hasher: inout Hasher) {
        var sum = 0
        for (key, value) in self {
            var entryHasher = hasher
            entryHasher.combine(key)
            entryHasher.combine(value)
            sum &+= entryHasher.finalize()
        }
        hasher.combine(count)
        hasher.combine(sum)
    }
}
