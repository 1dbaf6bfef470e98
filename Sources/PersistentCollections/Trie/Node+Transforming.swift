// SPDX-License-Identifier: Apache-2.0
extension NodeReference {
    /// A subtree of the same shape with other values.
    @inlinable
    func mapValues<Other>(_ transform: (Value) throws -> Other) rethrows -> Node<Key, Other> {
        let entryCount = entryCount
        let childCount = childCount
        var shape = header.pointee
        shape.room = Node<Key, Other>.emptyHeader.room
        let node = Node<Key, Other>.make(shape, entryRoom: entryCount, childRoom: header.pointee.room.children)
        let target = node.reference
        var done = 0
        do {
            while done < entryCount {
                let value = try transform(entries[done].value)
                (target.entries + done).initialize(to: NodeEntry(entries[done].key, value))
                done += 1
            }
            while done < entryCount + childCount {
                let child = try child(at: done - entryCount).mapValues(transform)
                (target.children + (done - entryCount)).initialize(to: child)
                done += 1
            }
        } catch {
            target.entries.deinitialize(count: min(done, entryCount))
            let children = max(0, done - entryCount)
            target.children.deinitialize(count: children)
            target.header.pointee.removeAll()
            withExtendedLifetime(node) {}
            throw error
        }
        return node
    }
}
