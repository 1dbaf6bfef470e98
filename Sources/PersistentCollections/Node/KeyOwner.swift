import Synchronization

/// Owns keys that several nodes have, so that a copy of a node retains one object in place of each key.
///
/// Keys lie in each node as they always do, so a lookup knows nothing of this. But a key, as bits, may be in any number
/// of nodes while it is owned once: by the node itself, or by its key owner. Node A is made with keys of its own. When
/// it is first copied, they become a key owner's: the bits are copied there, and A and its copy refer to the owner. No
/// reference count of a key changes, and no key is even looked at, which in a large map would be a cache miss for each.
///
///     A ──┐ 1 2 4          A says of keys 1 2 4: "my owner's"
///         ├──▶ owner 1 2 4
///     B ──┘ 1 2 4 7        B, a copy of A with one more entry, says so too, and of 7: "mine"
///
/// When B is copied, 7 is retained; once there are some more like it, a second owner takes them, whose `parent` is the
/// first.
///
/// **Invariants.** All keys of an owner and of its parents are keys of each node that refers to it, at the positions in
/// `positions`, or of the child at that position, where they have had to move. From where a key is removed, the nodes
/// above retain those that stay, and leave their owners. So no key lives longer than the maps that have it. A node
/// without entries has no owner. An owner never changes. Values have no such owner: they are what versions differ in.
@usableFromInline
final class KeyOwner<Key>: ManagedBuffer<KeyOwnerHeader, Key> {
    /// An owner of the keys at `positions` of a node, apart from those that belong to `parent`, the node's owner.
    ///
    /// Takes over a reference to the parent, and the keys from the node, which is to forget that it owns them.
    @inlinable @inline(never)
    static func make<Value>(
        _ node: NodeReference<Key, Value>, _ positions: UInt16, parent: UnsafeMutableRawPointer?
    ) -> KeyOwner {
        let count = positions.nonzeroBitCount
        let buffer = KeyOwner.create(minimumCapacity: count) { _ in
            KeyOwnerHeader(
                parent: parent, positions: positions | (parent.map { KeyOwnerHeader.at($0).pointee.positions } ?? 0),
                count: UInt16(truncatingIfNeeded: count), destruction: node.header.pointee.destruction.keys)
        }
        buffer.withUnsafeMutablePointerToElements { keys in
            var positions = positions
            var target = UnsafeMutableRawPointer(keys)
            while positions != 0 {
                let index = node.entryIndex(at: UInt(positions.trailingZeroBitCount))
                target.copyMemory(from: node.entries + index, byteCount: MemoryLayout<Key>.size)
                target += MemoryLayout<Key>.stride
                positions &= positions &- 1
            }
        }
        return unsafeDowncast(buffer, to: KeyOwner.self)
    }

    deinit {
        let header = header
        withUnsafeMutablePointerToElements { keys in
            header.destruction.destroy(Key.self, keys, Int(header.count), stride: MemoryLayout<Key>.stride)
        }
        if let parent = header.parent { Unmanaged<KeyOwner>.fromOpaque(parent).release() }
    }

    /// Calls `visit` with the place of each key that the owner at an address has, without its parents' keys, until that
    /// returns false; retains nothing.
    static func forEachKey(of owner: UnsafeMutableRawPointer, _ visit: (UnsafeMutablePointer<Key>) -> Bool) -> Bool {
        let header = KeyOwnerHeader.at(owner)
        let mask = MemoryLayout<Key>.alignment - 1
        let offset = (UnsafeMutableRawPointer(header) - owner + MemoryLayout<KeyOwnerHeader>.size + mask) & ~mask
        let keys = (owner + offset).assumingMemoryBound(to: Key.self)
        for index in 0..<Int(header.pointee.count) where !visit(keys + index) { return false }
        return true
    }

    /// Whether copies of nodes with such keys may share an owner: whether bits can be moved, and owning is work at all.
    @inlinable @inline(__always)
    static var isUseful: Bool { !_isPOD(Key.self) && _isBitwiseTakable(Key.self) }

    /// How many keys of its own a node must have for an owner to be made when it is copied.
    ///
    /// To make and free an owner takes about as long as to retain and release so many keys, twice.
    @inlinable @inline(__always)
    static var leastCount: Int { 4 }
}

@usableFromInline
struct KeyOwnerHeader {
    /// The owner of other keys of the same nodes, retained.
    @usableFromInline let parent: UnsafeMutableRawPointer?
    /// Where in the nodes the keys are that this owner and its parents have.
    @usableFromInline let positions: UInt16
    /// Number of keys of this owner alone; 0 in one that lost the race to be a node's.
    @usableFromInline var count: UInt16
    @usableFromInline let destruction: Destruction.Field

    @inlinable
    init(parent: UnsafeMutableRawPointer?, positions: UInt16, count: UInt16, destruction: Destruction.Field) {
        self.parent = parent
        self.positions = positions
        self.count = count
        self.destruction = destruction
    }

    /// Where the header of an owner lies.
    @inlinable @inline(__always)
    static func at(_ owner: UnsafeMutableRawPointer) -> UnsafeMutablePointer<KeyOwnerHeader> {
        let size = 2 &* MemoryLayout<UnsafeRawPointer>.size
        return (owner + ((size &+ 7) & ~7)).assumingMemoryBound(to: KeyOwnerHeader.self)
    }
}

extension NodeReference {
    /// The node's key owner.
    ///
    /// The only part of a shared node that changes, once, from nil to an owner of the keys that were the node's own; so
    /// atomic.
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
        header.pointee.entryMap & ~(owner.map { KeyOwnerHeader.at($0).pointee.positions } ?? 0)
    }

    /// Makes the keys of this node, copies of whose bits `target` has at the same positions, keys of `target` as well.
    ///
    /// In place of one of the entries `target` may have a child with that entry.
    @inlinable @inline(__always)
    func shareKeys(with target: NodeReference) {
        var owner = keyOwner
        var own = ownPositions(besides: owner)
        let ownCount = owner == nil ? positionedEntryCount : own == 0 ? 0 : own.nonzeroBitCount
        if ownCount >= KeyOwner<Key>.leastCount {
            owner = giveUpKeys(at: own, owner)
            own = 0
        }
        if let owner {
            _ = Unmanaged<KeyOwner<Key>>.fromOpaque(owner).retain()
            target.keyOwnerSlot.pointee.store(owner, ordering: .relaxed)
        }
        own &= target.header.pointee.entryMap
        while own != 0 {
            let position = UInt(own.trailingZeroBitCount)
            let key = Self.key(of: target.entries + target.entryIndex(at: position))
            key.initialize(to: Self.key(of: entries + entryIndex(at: position)).pointee)
            own &= own &- 1
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
        owner.header = KeyOwnerHeader(parent: nil, positions: 0, count: 0, destruction: .nothing)
        return current
    }

    /// Hands the key owner on to the node to which all entries of this one were moved.
    @inlinable @inline(__always)
    func moveKeyOwner(to node: NodeReference) {
        node.keyOwnerSlot.pointee.store(keyOwnerOfUnsharedNode, ordering: .relaxed)
        keyOwnerSlot.pointee.store(nil, ordering: .relaxed)
    }

    /// Whether the key owner has a key that is in the child at `position`.
    @inlinable @inline(__always)
    func ownsKeyBelow(_ position: UInt) -> Bool {
        guard KeyOwner<Key>.isUseful, let owner = keyOwnerOfUnsharedNode else { return false }
        return (KeyOwnerHeader.at(owner).pointee.positions &>> UInt16(truncatingIfNeeded: position)) & 1 != 0
    }

    /// Makes all keys this node's own again; nobody else can see it.
    @inlinable @inline(__always)
    func takeKeysBack() {
        if KeyOwner<Key>.isUseful, keyOwnerOfUnsharedNode != nil { takeKeysBackFromOwner() }
    }

    @inlinable @inline(never)
    func takeKeysBackFromOwner() {
        guard let owner = keyOwner else { return }
        var positions = KeyOwnerHeader.at(owner).pointee.positions & header.pointee.entryMap
        while positions != 0 {
            let key = Self.key(of: entries + entryIndex(at: UInt(positions.trailingZeroBitCount)))
            let copy = key.pointee
            key.initialize(to: copy)
            positions &= positions &- 1
        }
        keyOwnerSlot.pointee.store(nil, ordering: .relaxed)
        Unmanaged<KeyOwner<Key>>.fromOpaque(owner).release()
    }
}
