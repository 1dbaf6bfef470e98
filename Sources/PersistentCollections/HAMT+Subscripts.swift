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
    @inlinable public subscript(key: Key) -> Value? {
        @inline(__always) get { value(forKey: key) }
        set {
            if let newValue { updateValue(newValue, forKey: key) } else { removeValue(forKey: key) }
        }
        @inline(__always) _modify {
            // What is needed after the change has to fit into four words, else Swift allocates: hence no key and no hash.
            if let entry = reachEntry(ifThere: key) {
                // Out of the map meanwhile, so that the value has but one reference; its entry stays.
                var value: Value? = NodeReference.value(of: entry).move()
                defer {
                    if let value = value.take() {
                        NodeReference.value(of: entry).initialize(to: value)
                    } else {
                        removeEmptied(entry)
                    }
                }
                yield &value
            } else {
                let missing = MissingEntry.allocate(capacity: 1)
                missing.initialize(to: (key, nil))
                defer { add(missing) }
                yield &missing.pointee.value
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
    @inlinable public subscript(key: Key, default defaultValue: @autoclosure () -> Value) -> Value {
        @inline(__always) get { value(forKey: key) ?? defaultValue() }
        set { updateValue(newValue, forKey: key) }
        @inline(__always) _modify {
            var isNew = false
            let entry = reachEntry(of: key, &isNew)
            if isNew {
                entryCount &+= 1
                entry.initialize(to: NodeEntry(key, defaultValue()))
            }
            yield &NodeReference.value(of: entry).pointee
        }
    }

    /// Where the caller changes the entry of `key`, or puts a new one and counts it.
    @inlinable @inline(__always) mutating func reachEntry(of key: Key, _ isNew: inout Bool) -> EntryPointer {
        if root == nil { root = Node.makeSmall(room: 1) }
        let hash = NodeHeader.hash(of: key)
        guard let node = rootReference, node.isSmall else {
            return NodePlace.withLink(of: &root) { NodePlace.reach($0, key, hash, &isNew) }
        }
        let entry = node.smallEntry(of: key, hash)
        isNew = entry == nil
        return reachSmallEntry(node, entry, hash, isUnique: isKnownUniquelyReferenced(&root))
    }

    /// The same where `key` is there; otherwise nothing changes, and the result is nil.
    @inlinable @inline(__always) mutating func reachEntry(ifThere key: Key) -> EntryPointer? {
        guard let node = rootReference else { return nil }
        let hash = NodeHeader.hash(of: key)
        if !node.isSmall { return NodePlace.withLink(of: &root) { NodePlace.reach($0, ifThere: key, hash) } }
        guard let entry = node.smallEntry(of: key, hash) else { return nil }
        return reachSmallEntry(node, entry, hash, isUnique: isKnownUniquelyReferenced(&root))
    }

    /// A key that the map doesn't have, and the value that it may get.
    @usableFromInline typealias MissingEntry = UnsafeMutablePointer<(key: Key, value: Value?)>

    @inlinable @inline(never) mutating func add(_ missing: MissingEntry) {
        let (key, value) = missing.move()
        missing.deallocate()
        if let value { updateValue(value, forKey: key) }
    }

    /// Removes an entry, which only this map can reach, and whose value has been moved out.
    @inlinable @inline(never) mutating func removeEmptied(_ entry: EntryPointer) {
        guard let node = rootReference else { return }
        let hash = NodeHeader.hash(of: NodeReference.key(of: entry).pointee)
        if node.isSmall {
            node.removeSmall(entry, hash)
            entryCount &-= 1
        } else {
            NodePlace.withLink(of: &root) { NodePlace($0, isUnique: true).remove(entry, withHash: hash) }
            noteRemoval()
        }
    }
}
