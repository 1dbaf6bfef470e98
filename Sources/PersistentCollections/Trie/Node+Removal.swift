// SPDX-License-Identifier: Apache-2.0
// Removal keeps the canonical form: the trie looks as if the key had never been there. So a node that would be left with
// one entry becomes that entry in its parent, and one that would be left with one child becomes that child.

extension Node {
    /// Removes `key`, which has this hash, and tells whether it was there.
    ///
    /// - Parameters:
    ///   - root: Where the root is kept.
    ///   - value: Gets the value that the key had.
    @inlinable @inline(never)
    static func remove(
        _ root: UnsafeMutablePointer<Node>, _ key: Key, _ hash: UInt, _ value: inout Value?
    ) -> Bool {
        let place = NodePlace(root, isUnique: isKnownUniquelyReferenced(&root.pointee)).endInPlace(of: hash)
        if place.isUnique {
            guard let entry = place.node.entry(here: key, hash) else { return false }
            value = NodeReference.value(of: entry).move()
            remove(place, entry, hash)
        } else {
            guard let entry = place.node.entry(of: key, hash) else { return false }
            value = NodeReference.value(of: entry).pointee
            let original = place.node.unmanaged
            remove(place.endInCopies(of: hash), entry, hash)
            original.release()
        }
        return true
    }

    /// Removes an entry, whose value has been moved out if the node is unique, from the node in a place, where the way to
    /// its hash ends.
    @inlinable @inline(__always)
    static func remove(_ place: NodePlace<Key, Value>, _ entry: UnsafeMutablePointer<Entry>, _ hash: UInt) {
        let node = place.node
        let index = entry - node.entries
        if node.header.pointee.isSmallRoot { return removeSmall(place, at: index, hash) }
        if node.itemCount == 2 { return replaceByOther(place, at: index, hash) }
        place.removeEntry(at: index, node.header.pointee.position(of: hash))
        place.noteFullLeaf(on: hash)
    }

    /// Puts what a node has besides an entry in the place of the node: a child, or in its parent the other entry.
    @inlinable @inline(never)
    static func replaceByOther(_ place: NodePlace<Key, Value>, at index: Int, _ hash: UInt) {
        let node = place.node
        let child = node.childCount == 0 ? nil : node.child(at: 0).unmanaged
        let other = child == nil ? node.entries[1 &- index] : nil
        if place.isUnique {
            // What is left in the node dies with it.
            node.takeKeysBack()
            NodeReference.key(of: node.entries + index).deinitialize(count: 1)
            if child == nil { (node.entries + (1 &- index)).deinitialize(count: 1) }
            node.header.pointee.entryMap = 0
            if node.header.pointee.isCollision { node.header.pointee.removeAll() }
        }
        if let child {
            place.put(child.takeUnretainedValue())
            return place.noteFullLeaf(on: hash)
        }
        // (The root has more than two entries below: a map of so few is small.)
        guard let other, let parentSlot = place.parentSlot else { return }
        if place.isUnique { place.slot.deinitialize(count: 1) }
        let parent = NodePlace(parentSlot, isUnique: true)
        let position = parent.node.header.pointee.position(of: hash)
        parent.node.closeChild(at: position)
        parent.insertEntry(at: parent.node.entryIndex(at: position), position).initialize(to: other)
    }
}
