// SPDX-License-Identifier: Apache-2.0
/// Where an edit of a trie has got to: where a reference to a node is kept, as a map's root or by its parent.
///
/// An edit goes down to where the way to a hash ends, and edits the node there. It changes unshared nodes in place, and
/// replaces the first shared one, which is *lent* to it, and those below by copies. What lies below a copy is
/// shared, by the copy and the original, but for the child that the edit goes on to: that will be replaced too, so the
/// copy has only its bits, and it is lent in turn. The original stays alive until the edit ends. An edit that keeps the
/// map does the same with a root that is lent from the start.
@usableFromInline struct NodePlace<Key: Hashable, Value> {
    @usableFromInline typealias Link = UnsafeMutablePointer<Node<Key, Value>>
    @usableFromInline typealias Entry = NodeEntry<Key, Value>
    @usableFromInline typealias EntryPointer = NodeReference<Key, Value>.EntryPointer

    @usableFromInline let link: Link
    /// Whether nobody else can see the node, which the place then owns; otherwise it is lent.
    @usableFromInline let isUnique: Bool
    /// The place of the node whose child this is, which is the edit's own by now; nil at the root.
    @usableFromInline let parentLink: Link?

    @inlinable @inline(__always) init(_ link: Link, isUnique: Bool, parentLink: Link? = nil) {
        (self.link, self.isUnique, self.parentLink) = (link, isUnique, parentLink)
    }

    /// Calls `body` with the place of a root: an unmanaged reference, or an optional one that isn't nil, both of which
    /// have the layout of a reference.
    @inlinable @inline(__always)
    static func withLink<Root, Result>(of root: inout Root, _ body: (Link) -> Result) -> Result {
        withUnsafeMutablePointer(to: &root) {
            body(UnsafeMutableRawPointer($0).assumingMemoryBound(to: Node<Key, Value>.self))
        }
    }

    /// Calls `body` with a place to which a root is lent, and returns the root that is there in the end.
    @inlinable @inline(__always) static func withCopy<Result>(
        of root: NodeReference<Key, Value>, _ body: (NodePlace) -> Result
    ) -> (Node<Key, Value>, Result) {
        var root = root.unmanaged
        let result = withLink(of: &root) { body(NodePlace($0, isUnique: false)) }
        return (root.takeRetainedValue(), result)
    }

    /// The node that is there now.
    @inlinable @inline(__always) var node: NodeReference<Key, Value> { .at(link) }

    /// Puts another node there.
    @inlinable @inline(__always) func put(_ node: consuming Node<Key, Value>) {
        if isUnique { link.pointee = node } else { link.initialize(to: node) }
    }

    /// The place of the node where the way to a hash ends, or of the first shared one on the way.
    @inlinable @inline(__always) func endInPlace(of hash: UInt) -> NodePlace {
        var place = self
        while place.isUnique, let index = place.node.childIndex(towards: hash) {
            let link = place.node.children + index
            place = NodePlace(link, isUnique: isKnownUniquelyReferenced(&link.pointee), parentLink: place.link)
        }
        return place
    }

    /// The place where the way to a hash ends, from this one with a shared node on: what is above becomes copies.
    ///
    /// - Parameter removes: Whether the caller removes an entry: then a copy has room for what may be left of a child.
    @inlinable @inline(__always) func endInCopies(of hash: UInt, removes: Bool = false) -> NodePlace {
        var place = self
        while let index = place.node.childIndex(towards: hash) {
            let isLast = removes && place.node.child(at: index).header.pointee.items.nonzeroBitCount == 2
            place.put(place.node.copy(.nothing, entries: isLast ? 1 : 0, lending: index))
            place = NodePlace(place.node.children + index, isUnique: false, parentLink: place.link)
        }
        return place
    }

    /// Opens the next place for an entry, at a vacant position or in a collision node.
    @inlinable @inline(__always) func openEntry(at position: UInt) -> EntryPointer {
        if isUnique { return Node.openEntry(link, at: position) }
        put(node.copy(.insertion(at: position)))
        return node.entries + (node.entryCount &- 1)
    }
}

// An insertion makes the place for an entry, which its caller puts there: large values never pass through here.

extension NodePlace {
    /// Where the caller changes or puts the entry of `key`, which has this hash, in nodes that only the caller can reach.
    ///
    /// - Parameters:
    ///   - root: Where the root is kept.
    ///   - isNew: Is set to true where an entry has been added, which the caller initialises.
    @inlinable @inline(never)
    static func reach(_ root: Link, _ key: Key, _ hash: UInt, _ isNew: inout Bool) -> EntryPointer {
        let place = NodePlace(root, isUnique: isKnownUniquelyReferenced(&root.pointee)).endInPlace(of: hash)
        if place.isUnique {
            if let entry = place.node.entryHere(of: key, hash) { return entry }
            isNew = true
            return place.add(hash)
        }
        let original = place.node.unmanaged
        defer { original.release() }
        return place.reachInCopies(key, hash, withValue: true, &isNew)
    }

    /// The same where `key` is there; otherwise nothing changes, and the result is nil.
    @inlinable @inline(never) static func reach(_ root: Link, ifThere key: Key, _ hash: UInt) -> EntryPointer? {
        let place = NodePlace(root, isUnique: isKnownUniquelyReferenced(&root.pointee)).endInPlace(of: hash)
        if place.isUnique { return place.node.entryHere(of: key, hash) }
        guard let entry = place.node.entryToEdit(of: key, hash) else { return nil }
        let original = place.node.unmanaged
        defer { original.release() }
        return place.endInCopies(of: hash).copy(reaching: entry, withValue: true)
    }

    /// Where the caller changes or puts the entry of `key`, from this place on, whose node is shared.
    ///
    /// - Parameter withValue: Whether an entry that is there has its value; otherwise the caller initialises it.
    @inlinable @inline(never)
    func reachInCopies(_ key: Key, _ hash: UInt, withValue: Bool, _ isNew: inout Bool) -> EntryPointer {
        if node.header.pointee.divergence(of: hash) != 0 {
            // Where keys are numbered, most new ones go this way.
            isNew = true
            return fork(hash)
        }
        let place = endInCopies(of: hash)
        if let entry = place.node.entryHere(of: key, hash) { return place.copy(reaching: entry, withValue: withValue) }
        isNew = true
        return place.add(hash)
    }

    /// Puts a copy of the node in this place, and returns where an entry of the node is there.
    @inlinable @inline(__always) func copy(reaching entry: EntryPointer, withValue: Bool) -> EntryPointer {
        let index = entry - node.entries
        put(node.copy(withValue ? .nothing : .value(index: index)))
        return node.entries + index
    }

    /// Opens a place for an entry with a new key in the node at which the way to its hash ends.
    @inlinable @inline(__always) func add(_ hash: UInt) -> EntryPointer {
        let node = node
        let header = node.header
        if header.pointee.divergence(of: hash) != 0 { return fork(hash) }
        let position = header.pointee.position(of: hash)
        if header.pointee.hasEntry(at: position) { return pushDown(hash, at: position) }
        return openEntry(at: position)
    }

    /// Puts a node between a subtree and its parent, for a hash that has other bits where those in the subtree agree.
    @inlinable @inline(never) func fork(_ hash: UInt) -> EntryPointer {
        let other = node.header.pointee
        let shift = NodeHeader.forkShift(other.divergence(of: hash))
        var header = Node<Key, Value>.emptyHeader
        header.path = NodeHeader.path(to: hash, shift: shift)
        let fork = Node<Key, Value>.make(header, entryRoom: 1, childRoom: 1)
        fork.reference.header.pointee.addChild(at: NodeHeader.position(of: other.anyHash, shift: shift))
        fork.reference.header.pointee.addPositionedEntry(at: NodeHeader.position(of: hash, shift: shift))
        fork.reference.children.initialize(to: isUnique ? link.move() : link.pointee)
        link.initialize(to: fork)
        return node.entries
    }

    /// Replaces the entry at a position by a child with that entry and one more.
    @inlinable @inline(never) func pushDown(_ hash: UInt, at position: UInt) -> EntryPointer {
        let node = node
        let index = node.index(at: position)
        let other: Entry
        if isUnique {
            node.ownKeys(at: NodeHeader.bit(position))
            other = (node.entries + index).move()
            node.closeEntry(at: position, index: index)
            if node.childCount >= Int(node.header.pointee.childRoom) { Node.makeRoom(link, children: 1) }
        } else {
            other = node.entries[index]
            put(node.copy(.removal(at: position, index: index), children: 1))
        }
        let otherHash = NodeHeader.hash(of: other.key, at: position, of: self.node.header.pointee.path)
        let (child, entry) = Self.pair(other, otherHash, hash)
        self.node.openChild(at: position).initialize(to: child)
        return entry
    }

    /// A subtree of an entry and a place for another one, with this hash.
    @inlinable @inline(never) static func pair(
        _ first: consuming Entry, _ firstHash: UInt, _ secondHash: UInt
    ) -> (Node<Key, Value>, EntryPointer) {
        var header = Node<Key, Value>.emptyHeader
        if firstHash == secondHash {
            header.setCollision(hash: firstHash, count: 0)
        } else {
            header.path = NodeHeader.path(to: firstHash, shift: NodeHeader.forkShift(firstHash ^ secondHash))
        }
        let (position, second) = (header.position(of: firstHash), header.position(of: secondHash))
        // A node that begins with its first two positions will be full: keys are coming in sequence.
        let isInSequence = position &+ second == 1
        let node = Node<Key, Value>.make(header, entryRoom: isInSequence ? 16 : 2, childRoom: 0)
        node.reference.header.pointee.addEntry(at: position)
        node.reference.header.pointee.addEntry(at: second)
        let entries = node.reference.leafEntries
        entries.initialize(to: first)
        return (node, entries + 1)
    }

    /// Makes the full small map in this place a trie, and opens a place in that for an entry with this hash.
    @inlinable @inline(never) func makeTrie(adding hash: UInt) -> EntryPointer {
        if let path = node.pathOfSequence {
            if !isUnique { put(node.copy(.nothing, isSmall: true)) }
            node.header.pointee.path = path
            return NodePlace(link, isUnique: true).add(hash)
        }
        let entries = node.leafEntries
        let hashes = { NodeHeader.hash(of: entries[$0].key) }
        var (trie, place) = Self.pair(entries[0], hashes(0), hashes(1))
        place.initialize(to: entries[1])
        withUnsafeMutablePointer(to: &trie) {
            let root = NodePlace($0, isUnique: true)
            for index in 2..<node.positionedEntryCount {
                let hash = hashes(index)
                root.endInPlace(of: hash).add(hash).initialize(to: entries[index])
            }
            place = root.endInPlace(of: hash).add(hash)
        }
        put(trie)
        return place
    }
}

extension NodeReference {
    /// The path with which this root of a full small map is a trie: nil unless its keys are sixteen in sequence.
    @inlinable var pathOfSequence: UInt? {
        let hashes = (0..<positionedEntryCount).lazy.map { NodeHeader.hash(of: leafEntries[$0].key) }
        let path = NodeHeader.path(to: hashes[0], shift: NodeHeader.lowestShift)
        let mask = NodeHeader.mask(above: path)
        return header.pointee.displaced == 0 && hashes.allSatisfy { ($0 ^ path) & mask == 0 } ? path : nil
    }
}
