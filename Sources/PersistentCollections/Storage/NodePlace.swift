// SPDX-License-Identifier: Apache-2.0
/// Where an edit has got to: the place in which a reference to a node is kept, a map's root or a child's place in its
/// parent, and what the edit may do there.
///
/// An edit goes down from the root. A node that nobody shares it changes in place; one that is shared it replaces by a
/// copy. What lies below a copied node is shared, by the copy and the original. The child that the edit goes on to
/// will be replaced too, so the copy doesn't retain it: its place is *borrowed* until a copy is put there.
@usableFromInline
struct NodePlace<Key: Hashable, Value> {
    @usableFromInline let slot: UnsafeMutablePointer<Node<Key, Value>>
    /// Whether the place has a reference of its own to the node, and not bits that belong to an original.
    @usableFromInline let isOwned: Bool
    /// Whether nobody else can see the node.
    @usableFromInline let isUnique: Bool
    /// Where the original goes that a copy replaces, until the edit ends: were another thread to let go of it before
    /// that, the children which the copy has borrowed would be gone.
    ///
    /// Nil in an edit that keeps the map.
    @usableFromInline let original: UnsafeMutablePointer<Unmanaged<Node<Key, Value>>?>?
    /// The node whose child this is; nil at the root.
    @usableFromInline let parent: NodeReference<Key, Value>?

    /// A place that is the map's own.
    @inlinable @inline(__always)
    init(
        owned slot: UnsafeMutablePointer<Node<Key, Value>>,
        original: UnsafeMutablePointer<Unmanaged<Node<Key, Value>>?>?, parent: NodeReference<Key, Value>? = nil
    ) {
        self.slot = slot
        isOwned = true
        isUnique = isKnownUniquelyReferenced(&slot.pointee)
        self.original = original
        self.parent = parent
    }

    /// The place of a map's root, which is there.
    @inlinable @inline(__always)
    init(root: UnsafeMutablePointer<Node<Key, Value>?>, original: UnsafeMutablePointer<Unmanaged<Node<Key, Value>>?>) {
        // A reference and an optional reference have one layout; nil, the only difference, has been ruled out.
        let slot = UnsafeMutableRawPointer(root).assumingMemoryBound(to: Node<Key, Value>.self)
        self.init(owned: slot, original: original)
    }

    /// A place with bits that belong to an original.
    @inlinable @inline(__always)
    init(
        borrowed slot: UnsafeMutablePointer<Node<Key, Value>>,
        original: UnsafeMutablePointer<Unmanaged<Node<Key, Value>>?>?, parent: NodeReference<Key, Value>? = nil
    ) {
        self.slot = slot
        isOwned = false
        isUnique = false
        self.original = original
        self.parent = parent
    }

    /// Whether the edit returns what it replaces or removes: where it is one of the map itself.
    @inlinable @inline(__always)
    var returnsOld: Bool { original != nil }

    /// The node that is there now.
    @inlinable @inline(__always)
    var node: NodeReference<Key, Value> { .at(slot) }

    /// Puts another node there.
    @inlinable @inline(__always)
    func put(_ node: consuming Node<Key, Value>) {
        if isUnique {
            slot.pointee = node
        } else {
            if isOwned, let original { original.pointee = .passRetained(slot.move()) }
            slot.initialize(to: node)
        }
    }

    /// The node with a reference to it, for a node that is to be put there in its place.
    @inlinable @inline(__always)
    func take() -> Node<Key, Value> { isOwned ? slot.move() : slot.pointee }

    /// Puts a node there that has what ``take()`` gave.
    @inlinable @inline(__always)
    func putBack(_ node: consuming Node<Key, Value>) {
        slot.initialize(to: node)
    }

    /// The place of a child, for an edit that will change what is there.
    @inlinable @inline(__always)
    func descend(to index: Int) -> NodePlace { isUnique ? descendInPlace(to: index) : descendInCopy(to: index) }

    @inlinable @inline(__always)
    func descendInPlace(to index: Int) -> NodePlace {
        NodePlace(owned: node.children + index, original: original, parent: node)
    }

    @inlinable @inline(__always)
    func descendInCopy(to index: Int) -> NodePlace {
        put(node.copy(node.header.pointee, entries: .none, children: .replacement(at: index)))
        return NodePlace(borrowed: node.children + index, original: original, parent: node)
    }
}

/// What changes in one part of a node's tail: at `index`, `removed` elements give way to `added` ones.
@usableFromInline
struct Splice {
    @usableFromInline let index: Int
    @usableFromInline let removed: Int
    @usableFromInline let added: Int

    @inlinable @inline(__always)
    init(_ index: Int, removed: Int, added: Int) {
        self.index = index
        self.removed = removed
        self.added = added
    }

    @inlinable @inline(__always)
    static var none: Splice { Splice(0, removed: 0, added: 0) }

    @inlinable @inline(__always)
    static func insertion(at index: Int) -> Splice { Splice(index, removed: 0, added: 1) }

    @inlinable @inline(__always)
    static func removal(at index: Int) -> Splice { Splice(index, removed: 1, added: 0) }

    /// Of a child by another, or of an entry's value.
    @inlinable @inline(__always)
    static func replacement(at index: Int) -> Splice { Splice(index, removed: 1, added: 1) }

    @inlinable @inline(__always)
    var growth: Int { added &- removed }

    /// Where the rest of the old elements begins, and where it goes.
    @inlinable @inline(__always)
    var rest: (from: Int, to: Int) { (index &+ removed, index &+ added) }
}
