// SPDX-License-Identifier: Apache-2.0
// Removal keeps the canonical form: the trie looks as if the key had never been there. So a node that would be left with
// one entry becomes that entry in its parent, and one that would be left with one child becomes that child.

extension Node {
    /// Removes the entry at an address, which has this hash, from the trie at a place, and returns it in an edit of
    /// the map itself.
    @inlinable
    static func remove(
        _ root: NodePlace<Key, Value>, _ hash: UInt, _ entry: UnsafeMutablePointer<Entry>
    ) -> Entry? {
        var place = root
        defer { place.parent?.noteFullLeaf(on: hash) }
        while true {
            let node = place.node
            if node.isLeftWithOneItem(without: hash) {
                // That is a child: a node with two entries is dealt with from above, below.
                let taken = root.returnsOld ? entry.pointee : nil
                place.put(node.child(at: 0).unmanaged.takeUnretainedValue())
                return taken
            }
            let position = node.header.pointee.position(of: hash)
            guard node.header.pointee.hasChild(at: position) else {
                return node.header.pointee.isCollision
                    ? removeColliding(place, at: entry - node.entries)
                    : removeEntry(place, at: position)
            }
            let child = node.child(atPosition: position)
            if child.header.pointee.childMap == 0 && child.isLeftWithOneItem(without: hash) {
                let taken = root.returnsOld ? entry.pointee : nil
                pullUp(place, child.entries[1 &- (entry - child.entries)], at: position)
                return taken
            }
            place = place.descend(to: node.childIndex(at: position))
        }
    }
}

extension NodeReference {
    /// Whether the node has two items, of which the entry with a hash is one.
    @inlinable @inline(__always)
    func isLeftWithOneItem(without hash: UInt) -> Bool {
        itemCount == 2 && !header.pointee.hasChild(at: header.pointee.position(of: hash))
    }
}
