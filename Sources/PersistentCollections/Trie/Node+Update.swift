// SPDX-License-Identifier: Apache-2.0
extension NodePlace {
    /// The place where the way to a hash ends, for an edit of what is there: of a node that has no child on that way, or
    /// whose hashes all have other bits.
    @inlinable @inline(__always)
    func end(of hash: UInt) -> NodePlace {
        // Two loops, so that the first, in nodes that nobody shares, has nothing else to keep in mind.
        var place = self
        while place.isUnique {
            guard let index = place.node.childIndex(towards: hash) else { return place }
            place = place.descendInPlace(to: index)
        }
        while let index = place.node.childIndex(towards: hash) { place = place.descendInCopy(to: index) }
        return place
    }
}

extension NodeReference {
    /// The index of the child to which a hash belongs, unless it differs from all hashes here, or there is none.
    @inlinable @inline(__always)
    func childIndex(towards hash: UInt) -> Int? {
        let slot = slot(at: header.pointee.position(of: hash))
        return slot < 0 && header.pointee.trieDivergence(of: hash) == 0 ? slot & 15 : nil
    }

    /// The index of the entry of `key` in this very node, at which the way to the key's hash ends.
    @inlinable @inline(__always)
    func index(of key: borrowing Key, _ hash: UInt) -> Int? {
        let slot = slot(at: header.pointee.position(of: hash))
        if UInt(bitPattern: slot) < UInt(NodeHeader.vacancy) {
            return Self.key(of: entries + slot).pointee == key ? slot : nil
        }
        return header.pointee.isCollision ? collidingEntry(of: key, hash).map { $0 - entries } : nil
    }
}

extension Node {
    /// Adds an entry with a new key to the node at which the way to its hash ends.
    @inlinable @inline(__always)
    static func add(_ place: NodePlace<Key, Value>, _ entry: consuming Entry, _ hash: UInt) {
        let header = place.node.header
        let position = header.pointee.position(of: hash)
        if header.pointee.divergence(of: hash) != 0 {
            place.putBack(fork(place.take(), entry, hash))
        } else if header.pointee.hasEntry(at: position) {
            pushDown(place, entry, hash, at: position)
        } else if header.pointee.isCollision {
            append(place, entry)
        } else {
            insertEntry(place, entry, at: position)
            // It wasn't full, and most often still isn't.
            if !place.node.header.pointee.isFullLeaf { return }
        }
        place.parent?.noteFullLeaf(on: hash)
    }

    /// Sets the value of a key, which has this hash, in the trie at a root, and returns the old one.
    ///
    /// - Parameter isNew: Is set to true where the trie does not have the key.
    @inlinable @inline(never)
    static func update(
        _ root: UnsafeMutablePointer<Node?>, _ original: UnsafeMutablePointer<Unmanaged<Node>?>, _ key: Key,
        _ hash: UInt, _ value: consuming Value, _ isNew: inout Bool
    ) -> Value? {
        let place = NodePlace(root: root, original: original).end(of: hash)
        if let index = place.node.index(of: key, hash) { return replaceValue(place, at: index, with: value) }
        isNew = true
        add(place, Entry(key, value), hash)
        return nil
    }

    /// The same in a copy, with a key that can be moved there.
    @inlinable @inline(never)
    static func updateCopy(
        _ root: NodePlace<Key, Value>, _ entry: consuming Entry, _ hash: UInt, _ isNew: inout Bool
    ) {
        let place = root.end(of: hash)
        if let index = place.node.index(of: entry.key, hash) {
            _ = replaceValue(place, at: index, with: entry.value)
        } else {
            isNew = true
            add(place, entry, hash)
        }
    }

    /// The value of the entry at an address, with this hash, in nodes that only the caller can reach: those on the way
    /// that are shared are replaced by copies.
    @inlinable
    static func uniqueValue(
        _ root: NodePlace<Key, Value>, _ hash: UInt, _ entry: UnsafeMutablePointer<Entry>
    ) -> UnsafeMutablePointer<Value> {
        let place = root.end(of: hash)
        let index = entry - place.node.entries
        if !place.isUnique {
            place.put(place.node.copy(place.node.header.pointee, entries: .none, children: .none))
        }
        return NodeReference.value(of: place.node.entries + index)
    }
}
