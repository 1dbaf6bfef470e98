// SPDX-License-Identifier: Apache-2.0
// An insertion makes the place for an entry, and whoever asked for it puts the entry there: so values, which may be large,
// never pass through here.

extension Node {
    /// Where the entry of `key`, which has this hash, is to be changed or put, in nodes that only the caller can reach.
    ///
    /// - Parameters:
    ///   - root: Where the root is kept.
    ///   - adds: Whether to add an entry for a new key, which the caller initialises.
    ///   - isNew: Is set to true where an entry has been added.
    /// - Returns: Nil for a new key that isn't added: then nothing has changed.
    @inlinable @inline(never)
    static func reach(
        _ root: UnsafeMutablePointer<Node>, _ key: Key, _ hash: UInt, adds: Bool, _ isNew: inout Bool
    ) -> UnsafeMutablePointer<Entry>? {
        var place = NodePlace(root, isUnique: isKnownUniquelyReferenced(&root.pointee)).endInPlace(of: hash)
        if place.isUnique {
            if let entry = place.node.entry(here: key, hash) { return entry }
        } else if !adds && place.node.entry(of: key, hash) == nil {
            return nil
        }
        // (A call of the runtime less than to have it released as an object, where there is none.)
        let original = place.isUnique ? nil : place.node.unmanaged
        defer { if let original { original.release() } }
        if !place.isUnique {
            place = place.endInCopies(of: hash)
            if let entry = place.node.entry(here: key, hash) {
                return place.changeEntry(at: entry - place.node.entries)
            }
        }
        if !adds { return nil }
        isNew = true
        return add(place, hash)
    }

    /// The same in copies, for an edit that keeps the map, and with any key.
    ///
    /// - Parameter root: Where bits of the root are. They are replaced by those of another root, which the caller owns.
    /// - Returns: Where the value of a key is to be put that was there, or a new entry.
    @inlinable @inline(never)
    static func reachInCopies(
        _ root: UnsafeMutablePointer<Node>, _ key: Key, _ hash: UInt, _ isNew: inout Bool
    ) -> UnsafeMutablePointer<Entry> {
        let root = NodePlace(root, isUnique: false)
        if root.node.header.pointee.divergence(of: hash) != 0 && !root.node.header.pointee.isSmallRoot {
            // As most new keys do where keys are numbered.
            isNew = true
            return fork(root, hash)
        }
        let place = root.endInCopies(of: hash)
        if let entry = place.node.entry(here: key, hash) {
            let index = entry - place.node.entries
            place.put(place.node.copy(.value(at: index)))
            return place.node.entries + index
        }
        isNew = true
        return add(place, hash)
    }

    /// Opens a place for an entry with a new key in the node at which the way to its hash ends.
    @inlinable @inline(__always)
    static func add(_ place: NodePlace<Key, Value>, _ hash: UInt) -> UnsafeMutablePointer<Entry> {
        let node = place.node
        let header = node.header
        if header.pointee.isSmallRoot { return addSmall(place, hash) }
        let position = header.pointee.position(of: hash)
        let entry: UnsafeMutablePointer<Entry>
        if header.pointee.divergence(of: hash) != 0 {
            entry = fork(place, hash)
        } else if header.pointee.hasEntry(at: position) {
            entry = pushDown(place, hash, at: position)
        } else {
            let index = header.pointee.isCollision ? node.entryCount : node.entryIndex(at: position)
            entry = place.insertEntry(at: index, position)
            // It wasn't full, and most often still isn't.
            if !place.node.header.pointee.isFullLeaf { return entry }
        }
        place.noteFullLeaf(on: hash)
        return entry
    }

    /// Puts a node between a subtree and its parent, for a hash that has other bits where those in the subtree agree.
    @inlinable @inline(never)
    static func fork(_ place: NodePlace<Key, Value>, _ hash: UInt) -> UnsafeMutablePointer<Entry> {
        let other = place.node.header.pointee
        let shift = NodeHeader.forkShift(other.divergence(of: hash))
        let position = NodeHeader.position(of: other.anyHash, shift: shift)
        var header = emptyHeader
        header.path = NodeHeader.path(to: hash, shift: shift)
        header.addEntry(at: NodeHeader.position(of: hash, shift: shift))
        header.addChild(at: position)
        let node = make(header, entryRoom: 1, childRoom: 1)
        node.reference.children.initialize(to: place.isUnique ? place.slot.move() : place.slot.pointee)
        node.reference.noteFullLeaf(at: position)
        place.slot.initialize(to: node)
        return node.reference.entries
    }

    /// Replaces the entry at a position by a child with that entry and one more.
    @inlinable @inline(never)
    static func pushDown(
        _ place: NodePlace<Key, Value>, _ hash: UInt, at position: UInt
    ) -> UnsafeMutablePointer<Entry> {
        let node = place.node
        let index = node.entryIndex(at: position)
        let other: Entry
        if place.isUnique {
            node.ownKey(at: position)
            other = (node.entries + index).move()
            node.closeEntry(at: index, position)
            if node.childCount >= node.header.pointee.room.children { place.makeRoom(children: 1) }
        } else {
            other = node.entries[index]
            place.put(node.copy(.removal(at: index, position), children: 1))
        }
        let otherHash = NodeHeader.hash(of: other.key)
        let (child, entry) = pair(other, otherHash, hash)
        place.node.openChild(at: position).initialize(to: child)
        return entry
    }

    /// A subtree of an entry and a place for another one, with this hash.
    @inlinable @inline(never)
    static func pair(
        _ first: consuming Entry, _ firstHash: UInt, _ secondHash: UInt
    ) -> (Node, UnsafeMutablePointer<Entry>) {
        var header = emptyHeader
        var isFirst = true
        if firstHash == secondHash {
            header.setCollision(hash: firstHash, count: 2)
        } else {
            let shift = NodeHeader.forkShift(firstHash ^ secondHash)
            let position = NodeHeader.position(of: firstHash, shift: shift)
            let second = NodeHeader.position(of: secondHash, shift: shift)
            isFirst = position < second
            header.path = NodeHeader.path(to: firstHash, shift: shift)
            header.addEntry(at: position)
            header.addEntry(at: second)
        }
        let node = make(header, entryRoom: 2, childRoom: 0)
        let entries = node.reference.leafEntries
        (entries + (isFirst ? 0 : 1)).initialize(to: first)
        return (node, entries + (isFirst ? 1 : 0))
    }

    /// A trie with the entries of a small map, which has no room for more, and a place for one more with this hash.
    @inlinable @inline(never)
    static func makeTrie(
        of small: NodeReference<Key, Value>, adding hash: UInt
    ) -> (Node, UnsafeMutablePointer<Entry>) {
        let entries = small.leafEntries
        let second = NodeHeader.hash(of: entries[1].key)
        var (trie, place) = pair(entries[0], NodeHeader.hash(of: entries[0].key), second)
        place.initialize(to: entries[1])
        withUnsafeMutablePointer(to: &trie) { trie in
            let root = NodePlace(trie, isUnique: true)
            for index in 2..<smallCount {
                let hash = NodeHeader.hash(of: entries[index].key)
                add(root.endInPlace(of: hash), hash).initialize(to: entries[index])
            }
            place = add(root.endInPlace(of: hash), hash)
        }
        return (trie, place)
    }
}
