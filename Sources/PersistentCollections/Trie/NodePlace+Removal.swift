// SPDX-License-Identifier: Apache-2.0
// Removal keeps the canonical form: but for the order of entries, the trie looks as if the key had never been there. So a
// node that would be left with one entry becomes that entry in its parent, and one with one child becomes that child.

extension NodePlace {
    /// Removes `key`, which has this hash, and tells whether it was there.
    ///
    /// - Parameters:
    ///   - root: Where the root is kept.
    ///   - value: Gets the value that the key had.
    @inlinable @inline(never)
    static func remove(_ root: Link, _ key: Key, _ hash: UInt, _ value: inout Value?) -> Bool {
        let place = NodePlace(root, isUnique: isKnownUniquelyReferenced(&root.pointee)).endInPlace(of: hash)
        if place.isUnique {
            guard let entry = place.node.entryHere(of: key, hash) else { return false }
            value = NodeReference.value(of: entry).move()
            place.remove(entry, hash)
        } else {
            guard let entry = place.node.entryToEdit(of: key, hash) else { return false }
            value = NodeReference.value(of: entry).pointee
            let original = place.node.unmanaged
            place.endInCopies(of: hash, removes: true).remove(entry, hash)
            original.release()
        }
        return true
    }

    /// Removes an entry, whose value has been moved out, from below this place of a root that nobody shares. (Where its
    /// key's hash has changed meanwhile, against the rule for keys, the entry is looked for.)
    @inlinable @inline(__always) func remove(_ entry: EntryPointer, withHash hash: UInt) {
        let end = endInPlace(of: hash).node
        guard let hash = end.hash(leadingTo: entry) ?? node.hash(leadingTo: entry) else { return }
        endInPlace(of: hash).remove(entry, hash)
    }

    /// Removes an entry, whose value has been moved out if the node is unique, from the node in this place, where the way
    /// to its hash ends.
    @inlinable @inline(__always) func remove(_ entry: EntryPointer, _ hash: UInt) {
        let node = node
        let index = entry - node.entries
        if node.entryCount &+ node.childCount == 2 { return replaceByOther(at: index, hash) }
        let position = node.header.pointee.position(of: hash)
        if isUnique { return node.removeEntry(at: position, index: index) }
        put(node.copy(.removal(at: position, index: index)))
    }

    /// Puts what the node has besides an entry in this place: a child, or in the parent the other entry.
    @inlinable @inline(never) func replaceByOther(at index: Int, _ hash: UInt) {
        let node = node
        let child = node.childCount == 0 ? nil : node.child(at: 0).unmanaged
        let other = child == nil ? node.entries[1 &- index] : nil
        if isUnique {
            // What is left in the node dies with it.
            node.ownKeys(at: .max)
            NodeReference.key(of: node.entries + index).deinitialize(count: 1)
            if child == nil { (node.entries + (1 &- index)).deinitialize(count: 1) }
            (node.header.pointee.entryMap, node.header.pointee.positionedEntryCount) = (0, 0)
            if node.header.pointee.isCollision { node.header.pointee.removeAll() }
        }
        if let child { return put(child.takeUnretainedValue()) }
        // (The root has more than two entries below: a map of so few is small.)
        guard let other, let parentLink else { return }
        if isUnique { link.deinitialize(count: 1) }
        let parent = NodePlace(parentLink, isUnique: true)
        let position = parent.node.header.pointee.position(of: hash)
        parent.node.closeChild(at: position)
        parent.openEntry(at: position).initialize(to: other)
    }
}

extension NodeReference {
    /// A hash with which the way ends at an entry, or nil where that isn't in this subtree.
    @inlinable @inline(never) func hash(leadingTo entry: EntryPointer) -> UInt? {
        let header = header.pointee
        if (0..<entryCount).contains(where: { entries + $0 == entry }) {
            if header.isCollision { return header.collisionHash }
            let position = NodeHeader.Positions(header.entryMap).first { entries + index(at: $0) == entry }
            return position.map { NodeHeader.hash(at: $0, of: header.path) }
        }
        return (0..<childCount).reduce(nil) { $0 ?? child(at: $1).hash(leadingTo: entry) }
    }
}

extension Node {
    /// The root of a small map with the entries of a trie, which it shares.
    @inlinable @inline(never) static func makeSmall(of trie: NodeReference<Key, Value>, count: Int) -> Node {
        var small = makeSmall(room: count)
        withUnsafeMutablePointer(to: &small) { small in
            trie.forEachEntry { addSmall(small, NodeHeader.hash(of: $0.pointee.key)).initialize(to: $0.pointee) }
        }
        return small
    }
}
