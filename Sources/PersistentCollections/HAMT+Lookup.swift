extension HAMT {
    /// The value of `key`, or nil where the map does not have it.
    ///
    /// - Complexity: O(log n).
    @inlinable
    public func value(forKey key: Key) -> Value? {
        withExtendedLifetime(root) { valuePointer(forKey: key)?.pointee }
    }

    /// Tells whether the map has `key`.
    ///
    /// - Complexity: O(log n).
    @inlinable
    public func contains(_ key: Key) -> Bool {
        contains(key, UInt(bitPattern: key.hashValue))
    }

    /// Where the value of `key` lies.
    ///
    /// Valid until the next mutation or the end of this very map value; nothing is retained.
    @inlinable @inline(__always)
    package func valuePointer(forKey key: Key) -> UnsafePointer<Value>? {
        guard let root, let entry = root.reference.entry(of: key, rest: UInt(bitPattern: key.hashValue)) else {
            return nil
        }
        return UnsafePointer(NodeReference.value(of: entry))
    }

    @inlinable @inline(__always)
    func contains(_ key: Key, _ hash: UInt) -> Bool {
        withExtendedLifetime(root) { root?.reference.entry(of: key, rest: hash) != nil }
    }
}
