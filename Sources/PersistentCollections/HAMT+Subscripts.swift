// SPDX-License-Identifier: Apache-2.0
extension HAMT {
    /// The value of `key`: nil where the map does not have it.
    ///
    /// Setting nil removes the key. A change through it, as in `map[key]?.append(x)`, happens in place.
    ///
    /// ```swift
    /// var limits: HAMT = ["reads": 10]
    /// limits["writes"] = 2
    /// limits["reads"] = nil
    /// ```
    ///
    /// - Complexity: O(log n).
    @inlinable
    public subscript(key: Key) -> Value? {
        @inline(__always)
        get {
            withExtendedLifetime(self) { valuePointer(forKey: key)?.pointee }
        }
        set {
            if let newValue {
                updateValue(newValue, forKey: key)
            } else {
                removeValue(forKey: key)
            }
        }
        _modify {
            let hash = NodeHeader.hash(of: key)
            if let place = uniqueValuePointer(forKey: key, hash) {
                // Out of the map meanwhile, so that the value has but one reference; its entry stays.
                var value = Optional(place.move())
                defer { putBack(&value, at: place, forKey: key, hash) }
                yield &value
            } else {
                var value: Value?
                defer {
                    if let value { updateValue(value, forKey: key) }
                }
                yield &value
            }
        }
    }

    /// The value of `key`, or `defaultValue` where the map does not have it.
    ///
    /// A mutation through it stores the result.
    ///
    /// ```swift
    /// var words: HAMT<String, Int> = [:]
    /// for word in text { words[word, default: 0] += 1 }
    /// ```
    ///
    /// - Complexity: O(log n).
    @inlinable
    public subscript(key: Key, default defaultValue: @autoclosure () -> Value) -> Value {
        @inline(__always)
        get {
            withExtendedLifetime(self) { valuePointer(forKey: key)?.pointee } ?? defaultValue()
        }
        set {
            updateValue(newValue, forKey: key)
        }
        _modify {
            if let place = uniqueValuePointer(forKey: key, NodeHeader.hash(of: key)) {
                yield &place.pointee
            } else {
                var value = defaultValue()
                defer { updateValue(value, forKey: key) }
                yield &value
            }
        }
    }
}

extension HAMT {
    /// Where the value of `key` lies, in nodes that only this map can reach; nil where the map does not have the key.
    @inlinable
    mutating func uniqueValuePointer(forKey key: Key, _ hash: UInt) -> UnsafeMutablePointer<Value>? {
        guard let entry = rootReference?.entry(of: key, hash) else { return nil }
        return editRoot(entry) { Node.uniqueValue($0, hash, $1) }
    }

    /// Moves a value back to the place that it came from; where it is nil, the entry goes.
    @inlinable @inline(__always)
    mutating func putBack(
        _ value: inout Value?, at place: UnsafeMutablePointer<Value>, forKey key: Key, _ hash: UInt
    ) {
        if let value = value.take() {
            place.initialize(to: value)
        } else {
            removeEmptied(place, forKey: key, hash)
        }
    }

    /// Removes the entry whose value has been moved out of a place.
    @inlinable @inline(never)
    mutating func removeEmptied(_ place: UnsafeMutablePointer<Value>, forKey key: Key, _ hash: UInt) {
        // Removals expect a value: any will do, and all the others are there.
        guard let root = rootReference, let other = root.value(besides: place) else { return removeOnlyKey() }
        place.initialize(to: other.pointee)
        removeValue(forKey: key)
    }

    /// Empties a map whose only entry has no value.
    @inlinable
    mutating func removeOnlyKey() {
        guard let node = rootReference else { return }
        node.takeKeysBack()
        NodeReference.key(of: node.entries).deinitialize(count: 1)
        node.header.pointee.removeAll()
        entryCount = 0
    }
}

extension NodeReference {
    /// A value of this subtree other than the one at an address.
    @inlinable
    func value(besides place: UnsafeMutablePointer<Value>) -> UnsafeMutablePointer<Value>? {
        for index in 0..<min(2, entryCount) where Self.value(of: entries + index) != place {
            return Self.value(of: entries + index)
        }
        for index in 0..<min(2, childCount) {
            if let other = child(at: index).value(besides: place) { return other }
        }
        return nil
    }
}
