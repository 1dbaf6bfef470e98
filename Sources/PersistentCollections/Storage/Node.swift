// SPDX-License-Identifier: Apache-2.0
/// A node: one allocation, of which NodeLayout.swift has a picture.
///
/// A class without properties, whose tail `ManagedBufferPointer` allocates. (As a subclass of `ManagedBuffer` it would
/// have a superclass's deinitialiser, which destroys the header by way of its metadata.)
///
/// **Invariant that makes the unsafe code sound.** A node is written only by code that has just made it, or that
/// reached it from a map's `root` through references which `isKnownUniquelyReferenced` found unique, in a `mutating`
/// method: nobody else can see such a node. All other nodes never change, but for their key owner (see ``KeyOwner``).
/// Whoever follows a ``NodeReference`` keeps the root that leads to it alive meanwhile, so no step has to retain
/// anything.
///
/// The first `entryCount` entries and `childCount` children of the tail are initialised, without gaps. Positions in
/// `entryMap` have the entries' indices as their bytes, in any order, and those in `childMap` the children's, ascending.
/// What an edit has found, it moves or frees by its place: `==` and a key's hash may answer otherwise when asked again.
/// (Until an edit ends, nodes that only it can reach may have a place without an entry or a value, and a lent child.)
@usableFromInline final class Node<Key: Hashable, Value> {
    @usableFromInline typealias Entry = NodeEntry<Key, Value>
    @usableFromInline typealias EntryPointer = NodeReference<Key, Value>.EntryPointer

    /// A node with the shape of `header` and so much room; the caller initialises what the shape announces.
    @inlinable @inline(__always) static func make(_ header: NodeHeader, entryRoom: Int, childRoom: Int) -> Node {
        // (A header with a byte just written would be copied in words that wait for it: edits change the node's own.)
        let room = Entry.offset(childRoom: childRoom) &- Entry.offset(childRoom: 0)
        // Unsigned, so that the division by a power of two is a shift.
        let before = UInt(bitPattern: room &+ Entry.stride &- 1) / UInt(bitPattern: Entry.stride)
        let buffer = ManagedBufferPointer<NodeHead, Entry>(
            bufferClass: Node.self, minimumCapacity: Int(bitPattern: before) &+ entryRoom
        ) { _, _ in
            var header = header
            header.entryRoom = UInt8(clamping: entryRoom)
            header.childRoom = UInt8(truncatingIfNeeded: childRoom)
            return (header, nil)
        }
        return unsafeDowncast(buffer.buffer, to: Node.self)
    }

    /// The header of a node without entries and children.
    @inlinable @inline(__always)
    static var emptyHeader: NodeHeader { NodeHeader(Destruction(keys: Key.self, values: Value.self)) }

    /// The node's storage, for as long as somebody else keeps the node alive.
    @inlinable @inline(__always)
    var reference: NodeReference<Key, Value> { NodeReference(Unmanaged.passUnretained(self).toOpaque()) }

    deinit { reference.destroyContent() }
}

// MARK: - Copying

// Transparent, as `addEntry` and `removeEntry` are: left to itself, the optimiser calls some of this in functions, with
// an edit's kind at run time and the header in memory, by which edits of small maps are up to a tenth slower.

/// In what the copy of a node differs from the original, for the edit that makes it.
@usableFromInline enum Difference {
    case nothing
    /// The value of the entry at an index isn't there, but its key is.
    case value(index: Int)
    /// There is one more entry, at a position; its place is the last, and uninitialised.
    case insertion(at: UInt)
    /// The entry at a position and an index isn't there; the last one is in its place.
    case removal(at: UInt, index: Int)

    /// How many more entries the copy has.
    @inlinable @_transparent var growth: Int {
        switch self {
        case .nothing, .value: 0
        case .insertion: 1
        case .removal: -1
        }
    }
}

extension NodeReference {
    /// A copy with room for so many more entries and children, which shares the children that the node has.
    ///
    /// - Parameters:
    ///   - lent: The index of a child of which the copy has only the bits, without a reference.
    ///   - isSmall: Whether the node is known to be the root of a small map.
    @inlinable @_transparent func copy(
        _ difference: Difference, entries: Int = 0, children: Int = 0, lending lent: Int? = nil, isSmall: Bool = false
    ) -> Node<Key, Value> {
        let (count, childCount) = isSmall ? (positionedEntryCount, 0) : (entryCount, childCount)
        let node = Node<Key, Value>.make(
            header.pointee, entryRoom: count &+ difference.growth &+ entries, childRoom: childCount &+ children)
        let shape = node.reference.header
        switch difference {
        case .nothing, .value: break
        case .insertion(let position): shape.pointee.addEntry(at: position)
        case .removal(let position, let index): shape.pointee.removeEntry(at: position, index: index)
        }
        if count > 0 { copyEntries(count, difference, to: node.reference, isSmall) }
        if childCount > 0 { copyChildren(childCount, lending: lent, to: node.reference) }
        return node
    }

    @inlinable @_transparent
    func copyEntries(_ count: Int, _ difference: Difference, to target: NodeReference, _ isSmall: Bool) {
        let (source, entries) = isSmall ? (leafEntries, target.leafEntries) : (entries, target.entries)
        var (kept, removed, valueless) = (count, count, count)
        switch difference {
        case .nothing, .insertion: break
        case .value(let index): valueless = index
        case .removal(_, let index): (kept, removed) = (count &- 1, index)
        }
        let isShared = sharesKeys(entries: count)
        if isShared || _isPOD(Entry.self) {
            copyBits(source, kept, to: entries)
            if removed < kept { copyBits(source + kept, 1, to: entries + removed) }
            if !_isPOD(Value.self) {
                for index in 0..<kept where index != valueless {
                    let value = Self.value(of: entries + index)
                    value.initialize(to: value.pointee)
                }
            }
            if isShared { shareKeys(with: target) }
            return
        }
        // (A plain loop: it becomes loads, retains and stores, where the pointer's own bulk copy becomes a call into the
        // runtime with an indirect call for each entry.)
        for index in 0..<kept {
            let (old, new) = (source + (index == removed ? kept : index), entries + index)
            Self.key(of: new).initialize(to: Self.key(of: old).pointee)
            if index != valueless { Self.value(of: new).initialize(to: Self.value(of: old).pointee) }
        }
    }

    @inlinable @_transparent func copyBits(_ source: EntryPointer, _ count: Int, to target: EntryPointer) {
        if count > 0 { UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count &* Entry.stride) }
    }
}

// MARK: - Changing the shape of a node that nobody shares

extension Node {
    /// Opens the next place, which the caller initialises, for an entry at a vacant position or in a collision node.
    ///
    /// - Parameter link: Where the node is kept; it moves where it has no room.
    @inlinable @inline(__always)
    static func openEntry(_ link: UnsafeMutablePointer<Node>, at position: UInt) -> EntryPointer {
        let count = NodeReference.at(link).entryCount
        if count >= Int(NodeReference.at(link).header.pointee.entryRoom) { makeRoom(link, entries: 1) }
        let node = NodeReference.at(link)
        node.ownKeys(at: NodeHeader.bit(position))
        node.header.pointee.addEntry(at: position)
        return node.entries + count
    }

    /// Gives the node at a place more room.
    ///
    /// Entries and children first give each other what they have left. Otherwise all of it moves, as bits, so that no
    /// reference count changes, to where there is room for multiples of four: sizes that allocators hand out without loss.
    @inlinable @inline(never)
    static func makeRoom(_ link: UnsafeMutablePointer<Node>, entries: Int = 0, children: Int = 0) {
        let old = NodeReference.at(link)
        let (count, childCount) = (old.entryCount, old.childCount)
        let (needed, neededChildren) = (count &+ entries, childCount &+ children)
        if old.divideRoom(entries: needed, children: neededChildren) { return }
        // Collision nodes, which know no bounds, grow by a third, as long as the header can say so.
        let third = old.header.pointee.isCollision && needed <= Int(UInt8.max) ? needed / 3 : 0
        let moved = make(
            old.header.pointee, entryRoom: (needed &+ third &+ 3) & ~3, childRoom: (neededChildren &+ 3) & ~3)
        let new = moved.reference
        new.entries.moveInitialize(from: old.entries, count: count)
        new.children.moveInitialize(from: old.children, count: childCount)
        old.moveKeyOwner(to: new)
        old.header.pointee.removeAll()
        link.pointee = moved
    }
}

extension NodeReference {
    /// Removes an entry, whose position and index the caller knows, and whose value has been moved out.
    @inlinable @inline(__always) func removeEntry(at position: UInt, index: Int) {
        ownKeys(at: NodeHeader.bit(position))
        // (To release is atomic, and later loads wait for it: so the last entry is moved first.)
        let key = Self.key(of: entries + index).move()
        defer { withExtendedLifetime(key) {} }
        closeEntry(at: position, index: index)
    }

    /// Moves the last entry to the place of one that has been moved out.
    @inlinable @inline(__always) func closeEntry(at position: UInt, index: Int) {
        let last = entryCount &- 1
        if index < last { (entries + index).moveInitialize(from: entries + last, count: 1) }
        header.pointee.removeEntry(at: position, index: index)
    }
}
