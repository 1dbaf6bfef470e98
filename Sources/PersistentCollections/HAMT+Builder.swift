// SPDX-License-Identifier: Apache-2.0
extension HAMT {
    /// Builds a map in place, entry by entry.
    ///
    /// Nobody can have a copy of a map that is being built, so an edit copies only nodes that the builder began with.
    ///
    /// ```swift
    /// var builder = HAMT<String, Int>.Builder()
    /// for (name, size) in files { builder[name, default: 0] += size }
    /// let sizes = builder.build()
    /// ```
    public struct Builder: ~Copyable {
        @usableFromInline var map: HAMT

        /// A builder that begins with the entries of a map, or with none.
        ///
        /// The first edit of what it shares with that map copies.
        ///
        /// - Complexity: O(1).
        @inlinable public init(_ map: HAMT = HAMT()) { self.map = map }

        /// The number of entries so far.
        @inlinable public var count: Int { map.count }

        /// The value of `key`; nil where there is none so far.
        ///
        /// Setting nil removes the key.
        ///
        /// - Complexity: O(log n).
        @inlinable public subscript(key: Key) -> Value? {
            get { map[key] }
            _modify { yield &map[key] }
        }

        /// The value of `key`, or `defaultValue` where there is none so far.
        ///
        /// - Complexity: O(log n).
        @inlinable public subscript(key: Key, default defaultValue: @autoclosure () -> Value) -> Value {
            get { map[key, default: defaultValue()] }
            _modify { yield &map[key, default: defaultValue()] }
        }

        /// Sets the value of `key` and returns the one that it replaces, or nil where the key is new.
        ///
        /// - Complexity: O(log n).
        @inlinable @_transparent @discardableResult
        public mutating func updateValue(_ value: consuming Value, forKey key: Key) -> Value? {
            map.updateValue(value, forKey: key)
        }

        /// Ends the building.
        ///
        /// - Complexity: O(1).
        @inlinable public consuming func build() -> HAMT { map }
    }
}

extension HAMT.Builder: Sendable where Key: Sendable, Value: Sendable {}
