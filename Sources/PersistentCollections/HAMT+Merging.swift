// SPDX-License-Identifier: Apache-2.0
extension HAMT {
    /// Adds pairs of a key and a value.
    ///
    /// Where the map has a key already, `combine` makes one value of the map's and the new one.
    ///
    /// - Complexity: O(m log n) for m new pairs.
    @inlinable
    public mutating func merge(
        _ other: some Sequence<(Key, Value)>, uniquingKeysWith combine: (Value, Value) throws -> Value
    ) rethrows {
        for (key, value) in other {
            if let old = self[key] {
                updateValue(try combine(old, value), forKey: key)
            } else {
                updateValue(value, forKey: key)
            }
        }
    }

    /// Adds the entries of another map.
    ///
    /// Where both have a key, `combine` makes one value of this map's and the other's.
    ///
    /// - Complexity: O(m log n) for the m entries of `other`; O(1) where this map is empty.
    @inlinable
    public mutating func merge(_ other: HAMT, uniquingKeysWith combine: (Value, Value) throws -> Value) rethrows {
        if isEmpty {
            self = other
        } else {
            try merge(other.lazy.map { ($0.key, $0.value) }, uniquingKeysWith: combine)
        }
    }

    /// Adds the entries of another map; where both have a key, the other's value counts.
    ///
    /// - Complexity: O(m log n) for the m entries of `other` that this map doesn't share with it: for versions of one map
    ///   that differ in k places, O(k log n).
    @inlinable
    public mutating func merge(_ other: HAMT) {
        if isEmpty || isIdentical(to: other) {
            self = other
            return
        }
        let before = self
        other.forEachDifference(from: before) { _, new in
            if let new { updateValue(new.pointee.value, forKey: new.pointee.key) }
        }
    }

    /// This map with the entries of another added; where both have a key, the other's value counts.
    ///
    /// - Complexity: As that of ``merge(_:)``.
    @inlinable
    public func merging(_ other: HAMT) -> HAMT {
        var result = self
        result.merge(other)
        return result
    }

    /// This map with pairs of a key and a value added, as
    /// ``merge(_:uniquingKeysWith:)-(Sequence<(Key,Value)>,_)`` adds them.
    ///
    /// - Complexity: O(m log n) for m new pairs.
    @inlinable
    public func merging(
        _ other: some Sequence<(Key, Value)>, uniquingKeysWith combine: (Value, Value) throws -> Value
    ) rethrows -> HAMT {
        var result = self
        try result.merge(other, uniquingKeysWith: combine)
        return result
    }

    /// This map with the entries of another added, as
    /// ``merge(_:uniquingKeysWith:)-(HAMT<Key,Value>,_)`` adds them.
    ///
    /// - Complexity: O(m log n) for the m entries of `other`; O(1) where this map is empty.
    @inlinable
    public func merging(_ other: HAMT, uniquingKeysWith combine: (Value, Value) throws -> Value) rethrows -> HAMT {
        var result = self
        try result.merge(other, uniquingKeysWith: combine)
        return result
    }
}
