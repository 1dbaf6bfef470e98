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
        get { value(forKey: key) }
        set {
            if let newValue {
                updateValue(newValue, forKey: key)
            } else {
                removeValue(forKey: key)
            }
        }
        @inline(__always)
        _modify {
            let hash = NodeHeader.hash(of: key)
            var isNew = false
            let entry = reachedEntry(of: key, hash, adds: false, &isNew)
            // Out of the map meanwhile, so that the value has but one reference; its entry stays.
            var value = entry.map { NodeReference.value(of: $0).move() }
            defer { putBack(&value, entry, forKey: key, hash) }
            yield &value
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
        get { value(forKey: key) ?? defaultValue() }
        set { updateValue(newValue, forKey: key) }
        @inline(__always)
        _modify {
            var isNew = false
            let entry = reachEntry(of: key, NodeHeader.hash(of: key), &isNew)
            if isNew { entry.initialize(to: NodeEntry(key, defaultValue())) }
            yield &NodeReference.value(of: entry).pointee
        }
    }

    /// Puts a value back into the entry that it was taken from; where it is nil, the entry goes.
    @inlinable @inline(__always)
    mutating func putBack(
        _ value: inout Value?, _ entry: UnsafeMutablePointer<NodeEntry<Key, Value>>?, forKey key: Key, _ hash: UInt
    ) {
        if let entry {
            guard let value = value.take() else { return removeEmptied(entry, hash) }
            NodeReference.value(of: entry).initialize(to: value)
        } else if let value {
            updateValue(value, forKey: key)
        }
    }

    /// Removes an entry, which only this map can reach, and whose value has been moved out.
    @inlinable @inline(never)
    mutating func removeEmptied(_ entry: UnsafeMutablePointer<NodeEntry<Key, Value>>, _ hash: UInt) {
        guard let node = rootReference else { return }
        if node.isSmall {
            node.removeSmall(at: entry - node.leafEntries, hash)
            entryCount &-= 1
        } else {
            NodePlace.withSlot(of: &root) { NodePlace($0, isUnique: true).endInPlace(of: hash).remove(entry, hash) }
            noteRemoval()
        }
    }
}
