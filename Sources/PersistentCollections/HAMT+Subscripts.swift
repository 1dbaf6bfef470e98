extension HAMT {
    /// The value of `key`: nil where the map does not have it.
    ///
    /// Setting nil removes the key.
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
            // Taken out meanwhile, so that the value is not shared and can change in place as well.
            let taken: Key
            var value: Value?
            (taken, value) = take(key)
            defer {
                if let value { updateValue(value, forKey: taken) }
            }
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
        get {
            withExtendedLifetime(self) { valuePointer(forKey: key)?.pointee } ?? defaultValue()
        }
        set {
            updateValue(newValue, forKey: key)
        }
        _modify {
            let hash = NodeHeader.hash(of: key)
            if root != nil, let value = withRootSlot({ Node.uniqueValue($0, key, hash) }) {
                yield &value.pointee
            } else {
                var value = defaultValue()
                defer { updateValue(value, forKey: key) }
                yield &value
            }
        }
    }
}

extension HAMT {
    /// Removes `key`.
    ///
    /// Returns the key that the map had, where it had an equal one, and the only copy of its value.
    @inlinable
    mutating func take(_ key: Key) -> (Key, Value?) {
        guard let entry = removeEntry(forKey: key) else { return (key, nil) }
        return (entry.key, entry.value)
    }
}
