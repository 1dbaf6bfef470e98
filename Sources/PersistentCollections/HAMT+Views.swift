// SPDX-License-Identifier: Apache-2.0
extension HAMT {
    /// The keys of a map, in the order of its iteration.
    ///
    /// Copies nothing. `count`, `isEmpty` and making an iterator are O(1); a step of it is on average.
    public struct Keys: Sequence {
        @usableFromInline let map: HAMT

        @inlinable init(map: HAMT) { self.map = map }

        /// Walks over the keys.
        public struct Iterator: IteratorProtocol {
            @usableFromInline var base: HAMT.Iterator

            @inlinable init(base: HAMT.Iterator) { self.base = base }

            /// The next key, or nil after the last one.
            @inlinable public mutating func next() -> Key? {
                defer { withExtendedLifetime(base.root) {} }
                return base.nextEntry()?.pointee.key
            }
        }

        /// An iterator over the keys.
        @inlinable public func makeIterator() -> Iterator { Iterator(base: map.makeIterator()) }

        /// The number of keys.
        @inlinable public var count: Int { map.count }

        /// True where there are none.
        @inlinable public var isEmpty: Bool { map.isEmpty }

        /// The number of keys.
        @inlinable public var underestimatedCount: Int { map.count }

        /// Tells whether the map has `key`, in O(log n).
        @inlinable public func contains(_ key: Key) -> Bool { map.contains(key) }
    }

    /// The values of a map, in the order of its iteration.
    ///
    /// Copies nothing. `count`, `isEmpty` and making an iterator are O(1); a step of it is on average.
    public struct Values: Sequence {
        @usableFromInline let map: HAMT

        @inlinable init(map: HAMT) { self.map = map }

        /// Walks over the values.
        public struct Iterator: IteratorProtocol {
            @usableFromInline var base: HAMT.Iterator

            @inlinable init(base: HAMT.Iterator) { self.base = base }

            /// The next value, or nil after the last one.
            @inlinable public mutating func next() -> Value? {
                defer { withExtendedLifetime(base.root) {} }
                return base.nextEntry()?.pointee.value
            }
        }

        /// An iterator over the values.
        @inlinable public func makeIterator() -> Iterator { Iterator(base: map.makeIterator()) }

        /// The number of values.
        @inlinable public var count: Int { map.count }

        /// True where there are none.
        @inlinable public var isEmpty: Bool { map.isEmpty }

        /// The number of values.
        @inlinable public var underestimatedCount: Int { map.count }
    }

    /// The keys of the map.
    ///
    /// - Complexity: O(1).
    @inlinable public var keys: Keys { Keys(map: self) }

    /// The values of the map, in the order of its keys.
    ///
    /// - Complexity: O(1).
    @inlinable public var values: Values { Values(map: self) }
}

extension HAMT.Keys: Sendable where Key: Sendable, Value: Sendable {}
extension HAMT.Values: Sendable where Key: Sendable, Value: Sendable {}
extension HAMT.Keys.Iterator: Sendable where Key: Sendable, Value: Sendable {}
extension HAMT.Values.Iterator: Sendable where Key: Sendable, Value: Sendable {}
