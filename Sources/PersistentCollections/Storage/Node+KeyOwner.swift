// SPDX-License-Identifier: Apache-2.0
import Synchronization

extension NodeReference {
    /// The node's key owner.
    ///
    /// The only part of a shared node that changes: from nil, or from an owner of some of its keys, to an owner of all
    /// that were the node's own; so atomic.
    @inlinable @inline(__always)
    var keyOwnerSlot: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>> {
        (UnsafeMutableRawPointer(header) + MemoryLayout<NodeHeader>.size)
            .assumingMemoryBound(to: Atomic<UnsafeMutableRawPointer?>.self)
    }

    @inlinable @inline(__always)
    var keyOwner: UnsafeMutableRawPointer? { keyOwnerSlot.pointee.load(ordering: .acquiring) }

    /// The key owner of a node that has just been found to be uniquely referenced.
    ///
    /// Another thread may have made it before it let go of the node. Looking at the reference count orders nothing,
    /// hence the fence.
    @inlinable @inline(__always)
    var keyOwnerOfUnsharedNode: UnsafeMutableRawPointer? {
        atomicMemoryFence(ordering: .acquiring)
        return keyOwner
    }

    /// The positions of those keys that the node owns itself.
    @inlinable @inline(__always)
    func ownPositions(besides owner: UnsafeMutableRawPointer?) -> UInt16 {
        header.pointee.entryMap & ~positions(of: owner)
    }

    /// The position of a key that the owner has and the node doesn't, as a bitmap.
    @inlinable @inline(__always)
    func lackedPositions(of owner: UnsafeMutableRawPointer?) -> UInt16 {
        positions(of: owner) & ~header.pointee.entryMap
    }

    @inlinable @inline(__always)
    func positions(of owner: UnsafeMutableRawPointer?) -> UInt16 {
        owner.map { KeyOwnerHeader.at($0).pointee.positions } ?? 0
    }
}

extension NodeReference {
    /// Whether a copy of this node shares its keys: where it has an owner, or enough keys for one.
    ///
    /// Other threads don't change the answer.
    @inlinable @inline(__always)
    func sharesKeys(entries count: Int) -> Bool {
        KeyOwner<Key>.isUseful && !header.pointee.isCollision && (count >= KeyOwner<Key>.leastCount || keyOwner != nil)
    }

    /// Makes the keys of this node, copies of whose bits `target` has at the same positions, keys of `target` as well.
    ///
    /// `target` may lack some of them, and has others, its own, at positions that are vacant here.
    @inlinable @inline(__always)
    func shareKeys(with target: NodeReference) {
        let kept = header.pointee.entryMap & target.header.pointee.entryMap
        let added = target.header.pointee.entryMap & ~kept
        var owner = keyOwner
        var own = ownPositions(besides: owner)
        let ownCount = owner == nil ? positionedEntryCount : own == 0 ? 0 : own.nonzeroBitCount
        if ownCount >= KeyOwner<Key>.leastCount {
            // An owner doesn't know of keys that its parents' nodes lack.
            owner = lackedPositions(of: owner) == 0 ? giveUpKeys(at: own, owner) : nil
            own = owner == nil ? header.pointee.entryMap : 0
        }
        if let owner {
            let positions = positions(of: owner)
            if positions & added == 0 && KeyOwnerHeader.retain(owner, lacking: positions & ~kept) {
                target.keyOwnerSlot.pointee.store(owner, ordering: .relaxed)
            } else {
                own = header.pointee.entryMap
            }
        }
        for position in NodeHeader.Positions(own & kept) {
            Self.key(of: target.entry(at: position)).initialize(to: Self.key(of: entry(at: position)).pointee)
        }
    }

    /// Makes the keys at `positions`, which the node owned, a key owner's, and returns that: this one, or the one of a
    /// thread that was faster.
    @inlinable @inline(never)
    func giveUpKeys(at positions: UInt16, _ parent: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        // A node's reference to the parent becomes the new owner's.
        let owner = KeyOwner<Key>.make(self, positions, parent: parent)
        let address = Unmanaged.passUnretained(owner).toOpaque()
        let (exchanged, current) = keyOwnerSlot.pointee.compareExchange(
            expected: parent, desired: address, ordering: .acquiringAndReleasing)
        if exchanged {
            _ = Unmanaged.passRetained(owner)
            return address
        }
        owner.forgetKeys()
        return current
    }
}

extension NodeReference {
    /// Hands the key owner on to the node to which all entries of this one were moved.
    @inlinable @inline(__always)
    func moveKeyOwner(to node: NodeReference) {
        node.keyOwnerSlot.pointee.store(keyOwnerOfUnsharedNode, ordering: .relaxed)
        keyOwnerSlot.pointee.store(nil, ordering: .relaxed)
    }

    /// Makes sure, before the key at a position of this node, which nobody else sees, goes, or one comes where there is
    /// none, that it is no matter of an owner.
    @inlinable @inline(__always)
    func ownKey(at position: UInt) {
        guard !_isPOD(Key.self), let owner = keyOwnerOfUnsharedNode else { return }
        if positions(of: owner) & NodeHeader.bit(position) != 0 { takeKeysBackFromOwner() }
    }

    /// Makes all keys this node's own again; nobody else can see it.
    @inlinable @inline(__always)
    func takeKeysBack() {
        if KeyOwner<Key>.isUseful, keyOwnerOfUnsharedNode != nil { takeKeysBackFromOwner() }
    }

    @inlinable @inline(never)
    func takeKeysBackFromOwner() {
        guard let owner = keyOwner else { return }
        for position in NodeHeader.Positions(positions(of: owner) & header.pointee.entryMap) {
            let key = Self.key(of: entry(at: position))
            let copy = key.pointee
            key.initialize(to: copy)
        }
        keyOwnerSlot.pointee.store(nil, ordering: .relaxed)
        releaseOwner(owner)
    }

    @usableFromInline
    func releaseOwner(_ owner: UnsafeMutableRawPointer) {
        KeyOwnerHeader.release(owner, lacking: lackedPositions(of: owner), Key.self)
    }
}
