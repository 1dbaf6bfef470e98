// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Owns keys that several nodes have, so that a copy of a node counts one reference in place of one for each key.
///
/// Keys lie in each node as they always do, so a lookup knows nothing of this. But a key, as bits, may be in any number
/// of nodes while it is owned once: by a node itself or, from the first copy of that on, by a key owner, to which the
/// bits are copied. No reference count of a key changes, and no key is even looked at.
///
///     A ──┐ 1 2 4          A says of keys 1 2 4: "my owner's"
///         ├──▶ owner 1 2 4
///     B ──┤ 1 2 4 7        B, a copy of A with one more entry, says so too, and of 7: "mine"
///     C ──┘ 1 4            C, a copy of A with an entry less, lacks 2, and the owner knows it
///
/// When B is copied, 7 is retained; once there are more like it, a second owner takes them, the first its `parent`.
///
/// **Invariants.** A node has all keys of its owner and of the owner's parents, at the positions in `positions`, but for
/// one of the owner's own that it may lack. All nodes that lack a key of one owner lack the same one; when they are all
/// that is left, the owner gives that key up, so no key lives longer than the maps that have it. An owner changes in
/// nothing else. Its keys lie behind it, in the order of their positions.
@usableFromInline struct KeyOwner: ~Copyable {
    @usableFromInline typealias Pointer = UnsafeMutablePointer<KeyOwner>

    /// The nodes that refer to the owner, and the owners whose parent it is: see ``References``.
    @usableFromInline let references = Atomic<UInt64>(References.holder | References.lacker)
    /// The owner of other keys of the same nodes, which counts this one.
    @usableFromInline let parent: Pointer?
    /// Where in the nodes the keys are that this owner has.
    @usableFromInline let ownPositions: UInt16
    /// Where the keys are that this owner and its parents have.
    @usableFromInline let positions: UInt16
    let destruction: Destruction.Field

    /// Counts of references, in one word so that they change as a whole.
    ///
    /// *Holders* have all keys of the owner, *lackers* lack one. As with strong and weak references, all holders are one
    /// lacker. With the last holder goes the key that lackers don't have, with the last lacker the owner.
    @usableFromInline struct References {
        /// From the lowest bit: 30 bits for the holders, as many as an object's reference count has, 30 for the lackers,
        /// and the position of the key that these lack.
        @usableFromInline let rawValue: UInt64

        @inlinable init(_ rawValue: UInt64) { self.rawValue = rawValue }

        @inlinable static var holder: UInt64 { 1 }
        @inlinable static var lacker: UInt64 { 1 &<< 30 }
        @inlinable var holders: UInt64 { rawValue & (Self.lacker &- 1) }
        @inlinable var lackers: UInt64 { (rawValue &>> 30) & (Self.lacker &- 1) }
        @inlinable var lackedPosition: UInt { UInt(rawValue &>> 60) }

        /// With one more node that lacks the key at a position; nil where others lack another one.
        @inlinable func addingLacker(_ position: UInt) -> References? {
            guard position == lackedPosition || lackers == 1 && holders > 0 else { return nil }
            return References((rawValue & (1 &<< 60 &- 1) &+ Self.lacker) | UInt64(position) &<< 60)
        }
    }

    /// An owner, with one reference, of the keys at `positions` of a node, which is to forget that it owns them.
    @inlinable @inline(never)
    static func make<Key, Value>(_ node: NodeReference<Key, Value>, _ positions: UInt16, parent: Pointer?) -> Pointer {
        let size = keysOffset(Key.self) &+ positions.nonzeroBitCount &* MemoryLayout<Key>.stride
        let owner = UnsafeMutableRawPointer.allocate(
            byteCount: size, alignment: max(MemoryLayout<KeyOwner>.alignment, MemoryLayout<Key>.alignment)
        ).assumingMemoryBound(to: KeyOwner.self)
        owner.initialize(
            to: KeyOwner(parent: parent, ownPositions: positions, node.header.pointee.destruction.keys))
        var key = UnsafeMutableRawPointer(keys(of: owner, Key.self))
        for position in NodeHeader.Positions(positions) {
            key.copyMemory(from: node.entries + node.index(at: position), byteCount: MemoryLayout<Key>.size)
            key += MemoryLayout<Key>.stride
        }
        return owner
    }

    @usableFromInline init(parent: Pointer?, ownPositions: UInt16, _ destruction: Destruction.Field) {
        (self.parent, self.ownPositions) = (parent, ownPositions)
        positions = ownPositions | (parent?.pointee.positions ?? 0)
        self.destruction = destruction
    }

    /// Counts one more node of an owner; false, and nothing is done, where it may not lack the keys at `lacked`.
    ///
    /// The caller has a node that keeps the owner alive, and lacks nothing or the same.
    @inlinable @inline(__always) static func retain(_ owner: Pointer, lacking lacked: UInt16) -> Bool {
        if lacked != 0 { return retainLacking(owner, lacked) }
        owner.pointee.references.wrappingAdd(References.holder, ordering: .relaxed)
        return true
    }

    @inlinable @inline(never) static func retainLacking(_ owner: Pointer, _ lacked: UInt16) -> Bool {
        guard lacked & (lacked &- 1) == 0, lacked & ~owner.pointee.ownPositions == 0 else { return false }
        var old = References(owner.pointee.references.load(ordering: .relaxed))
        while let new = old.addingLacker(UInt(lacked.trailingZeroBitCount)) {
            let (exchanged, current) = owner.pointee.references.weakCompareExchange(
                expected: old.rawValue, desired: new.rawValue, ordering: .acquiringAndReleasing)
            if exchanged { return true }
            old = References(current)
        }
        return false
    }

    /// Drops the reference of a node that lacked the key at `lacked`, if any.
    @inlinable @inline(__always) static func release<Key>(_ owner: Pointer, lacking lacked: UInt16, _: Key.Type) {
        let isHolder = lacked == 0
        let old = subtract(isHolder ? References.holder : References.lacker, from: owner)
        if (isHolder ? old.holders : old.lackers) == 1 { destroyUnheld(owner, old, isHolder, Key.self) }
    }

    /// Destroys what nobody has any more, now that the last holder or lacker has gone.
    @usableFromInline @inline(never)
    static func destroyUnheld<Key>(_ owner: Pointer, _ old: References, _ isHolder: Bool, _: Key.Type) {
        var rest = owner.pointee.ownPositions
        if !isHolder || old.lackers > 1 {
            let lacked = NodeHeader.bit(old.lackedPosition)
            rest &= ~lacked
            if isHolder {
                destroyKeys(of: owner, at: lacked, Key.self)
                if subtract(References.lacker, from: owner).lackers > 1 { return }
            }
        }
        destroyKeys(of: owner, at: rest, Key.self)
        if let parent = owner.pointee.parent { release(parent, lacking: 0, Key.self) }
        free(owner)
    }

    @inlinable @inline(__always) static func subtract(_ count: UInt64, from owner: Pointer) -> References {
        References(owner.pointee.references.wrappingSubtract(count, ordering: .acquiringAndReleasing).oldValue)
    }

    private static func destroyKeys<Key>(of owner: Pointer, at positions: UInt16, _: Key.Type) {
        for position in NodeHeader.Positions(positions) {
            let key = self.key(of: owner, at: position, Key.self)
            owner.pointee.destruction.destroy(Key.self, key, 1, stride: MemoryLayout<Key>.stride)
        }
    }

    /// Ends an owner, without its keys.
    @usableFromInline static func free(_ owner: Pointer) {
        owner.deinitialize(count: 1)
        UnsafeMutableRawPointer(owner).deallocate()
    }
}

extension KeyOwner {
    static func key<Key>(of owner: Pointer, at position: UInt, _: Key.Type) -> UnsafeMutablePointer<Key> {
        keys(of: owner, Key.self) + NodeHeader.count(owner.pointee.ownPositions, below: position)
    }

    @inlinable static func keys<Key>(of owner: Pointer, _: Key.Type) -> UnsafeMutablePointer<Key> {
        (UnsafeMutableRawPointer(owner) + keysOffset(Key.self)).assumingMemoryBound(to: Key.self)
    }

    @inlinable static func keysOffset<Key>(_: Key.Type) -> Int {
        NodeEntry<Void, Key>.rounded(MemoryLayout<KeyOwner>.size, to: MemoryLayout<Key>.alignment)
    }
}

// MARK: - Nodes

extension NodeReference {
    /// The node's key owner.
    ///
    /// The only part of a shared node that changes: from nil, or from an owner of some of its keys, to an owner of all
    /// that were the node's own; so atomic.
    @inlinable @inline(__always) var keyOwnerWord: UnsafeMutablePointer<Atomic<KeyOwner.Pointer?>> {
        (UnsafeMutableRawPointer(header) + MemoryLayout<NodeHeader>.size)
            .assumingMemoryBound(to: Atomic<KeyOwner.Pointer?>.self)
    }

    @inlinable @inline(__always) var keyOwner: KeyOwner.Pointer? { keyOwnerWord.pointee.load(ordering: .acquiring) }

    /// The key owner of a node that has just been found to be uniquely referenced.
    ///
    /// Another thread may have made it before it let go of the node; to look at the count orders nothing, so a fence does.
    @inlinable @inline(__always) var keyOwnerOfUnsharedNode: KeyOwner.Pointer? {
        atomicMemoryFence(ordering: .acquiring)
        return keyOwner
    }

    @inlinable @inline(__always) func positions(of owner: KeyOwner.Pointer?) -> UInt16 { owner?.pointee.positions ?? 0 }

    /// The positions of those keys that the node owns itself.
    @inlinable @inline(__always)
    func ownPositions(besides owner: KeyOwner.Pointer?) -> UInt16 { header.pointee.entryMap & ~positions(of: owner) }

    /// The position of a key that the owner has and the node doesn't, as a bitmap.
    @inlinable @inline(__always)
    func lackedPositions(of owner: KeyOwner.Pointer?) -> UInt16 { positions(of: owner) & ~header.pointee.entryMap }

    /// Whether a copy of this node shares its keys; no other thread can change that.
    ///
    /// It does where bits of keys can be moved, owning one is work at all, and there are an owner or enough keys for one.
    @inlinable @inline(__always) func sharesKeys(entries count: Int) -> Bool {
        !_isPOD(Key.self) && _isBitwiseTakable(Key.self) && !header.pointee.isCollision
            && (count >= Self.leastSharedCount || keyOwner != nil)
    }

    /// So many keys take about as long to retain and release, twice, as it takes to make and free an owner.
    @inlinable @inline(__always) static var leastSharedCount: Int { 4 }

    /// Gives `target`, which has the bits of this node's keys at the same positions, its share in those keys.
    ///
    /// `target` may lack some of them, and has others, its own, at positions that are vacant here.
    @inlinable @inline(__always) func shareKeys(with target: NodeReference) {
        let kept = header.pointee.entryMap & target.header.pointee.entryMap
        let added = target.header.pointee.entryMap & ~kept
        var owner = keyOwner
        var own = ownPositions(besides: owner)
        let ownCount = owner == nil ? positionedEntryCount : own == 0 ? 0 : own.nonzeroBitCount
        if ownCount >= Self.leastSharedCount {
            // A node has all keys of its owner's parents: one that lacks a key can't have that key's owner for a parent.
            owner = lackedPositions(of: owner) == 0 ? handOverKeys(at: own, owner) : nil
            own = owner == nil ? header.pointee.entryMap : 0
        }
        if let owner {
            let positions = positions(of: owner)
            if positions & added == 0 && KeyOwner.retain(owner, lacking: positions & ~kept) {
                target.keyOwnerWord.pointee.store(owner, ordering: .relaxed)
            } else {
                own = header.pointee.entryMap
            }
        }
        for position in NodeHeader.Positions(own & kept) {
            let key = Self.key(of: entries + index(at: position)).pointee
            Self.key(of: target.entries + target.index(at: position)).initialize(to: key)
        }
    }

    /// Moves the keys at `positions` to a new key owner, and returns that, or the one of a thread that was faster.
    @inlinable @inline(never)
    func handOverKeys(at positions: UInt16, _ parent: KeyOwner.Pointer?) -> KeyOwner.Pointer? {
        // A node's reference to the parent becomes the new owner's.
        let owner = KeyOwner.make(self, positions, parent: parent)
        let (exchanged, current) = keyOwnerWord.pointee.compareExchange(
            expected: parent, desired: owner, ordering: .acquiringAndReleasing)
        if exchanged { return owner }
        KeyOwner.free(owner)
        return current
    }

    /// Hands the key owner on to the node to which all entries of this one were moved.
    @inlinable @inline(__always) func moveKeyOwner(to node: NodeReference) {
        node.keyOwnerWord.pointee.store(keyOwnerOfUnsharedNode, ordering: .relaxed)
        keyOwnerWord.pointee.store(nil, ordering: .relaxed)
    }

    /// Call it before keys go from an unshared node, or one comes to a vacant position: then no owner has keys there.
    @inlinable @inline(__always) func ownKeys(at positions: UInt16) {
        guard !_isPOD(Key.self), let owner = keyOwnerOfUnsharedNode else { return }
        if owner.pointee.positions & positions != 0 { takeKeysBack(from: owner) }
    }

    @inlinable @inline(never) func takeKeysBack(from owner: KeyOwner.Pointer) {
        for position in NodeHeader.Positions(owner.pointee.positions & header.pointee.entryMap) {
            let key = Self.key(of: entries + index(at: position))
            let copy = key.pointee
            key.initialize(to: copy)
        }
        keyOwnerWord.pointee.store(nil, ordering: .relaxed)
        KeyOwner.release(owner, lacking: lackedPositions(of: owner), Key.self)
    }
}
