// SPDX-License-Identifier: Apache-2.0
extension HAMT {
    /// Creates a map from pairs of a key and a value.
    ///
    /// Where a key comes more than once, its last value counts. (`Dictionary` stops the process there. A library must
    /// not do that for what may be a user's input.)
    ///
    /// - Complexity: O(n).
    @inlinable public init(uniqueKeysWithValues keysAndValues: some Sequence<(Key, Value)>) {
        self.init()
        for (key, value) in keysAndValues { updateValue(value, forKey: key) }
    }

    /// Creates a map from pairs of a key and a value.
    ///
    /// Where a key comes again, `combine` makes one value of the one so far and the next.
    ///
    /// - Complexity: O(n).
    @inlinable public init(
        _ keysAndValues: some Sequence<(Key, Value)>, uniquingKeysWith combine: (Value, Value) throws -> Value
    ) rethrows {
        self.init()
        try merge(keysAndValues, uniquingKeysWith: combine)
    }

    /// Creates a map with the entries of a dictionary.
    ///
    /// - Complexity: O(n).
    @inlinable public init(_ dictionary: [Key: Value]) {
        self.init(uniqueKeysWithValues: dictionary.lazy.map { ($0.key, $0.value) })
    }

    /// Creates a map whose keys are what `keyForValue` returns for each value, with an array of its values, in order.
    ///
    /// - Complexity: O(n).
    @inlinable public init<Element>(
        grouping values: some Sequence<Element>, by keyForValue: (Element) throws -> Key
    ) rethrows where Value == [Element] {
        self.init()
        for value in values { self[try keyForValue(value), default: []].append(value) }
    }
}

extension HAMT: ExpressibleByDictionaryLiteral {
    /// Creates a map from a dictionary literal.
    ///
    /// Where a key comes more than once, its last value counts.
    ///
    /// - Complexity: O(n).
    @inlinable public init(dictionaryLiteral elements: (Key, Value)...) { self.init(uniqueKeysWithValues: elements) }
}
