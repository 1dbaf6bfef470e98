// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Owns keys that several nodes have, so that a copy of a node counts one reference in place of one for each key.
///
/// Keys lie in each node as they always do, so a lookup knows nothing of this. But a key, as bits, may be in any number
/// of nodes while it is owned once: by the node itself, or by its key owner. Node A is made with keys of its own. When
/// it is first copied, they become a key owner's: the bits are copied there, and A and its copy refer to the owner. No
/// reference count of a key changes, and no key is even looked at, which in a large map would be a cache miss for each.
///
///     A ──┐ 1 2 4          A says of keys 1 2 4: "my owner's"
///         ├──▶ owner 1 2 4
///     B ──┤ 1 2 4 7        B, a copy of A with one more entry, says so too, and of 7: "mine"
///     C ──┘ 1 4            C, a copy of A with an entry less, lacks 2, and the owner knows it
///
/// When B is copied, 7 is retained; once there are some more like it, a second owner takes them, whose `parent` is the
/// first.
///
/// **Invariants.** A node has all keys of its owner and of the owner's parents, at the positions in `positions`, but for
/// one of the owner's own that it may lack. All nodes that lack a key of one owner lack the same one, and the owner
/// counts them apart: when they are all that is left, it gives that key up, so no key lives longer than the maps that
/// have it. An owner changes in nothing else. Values have no such owner: they are what versions differ in.
@usableFromInline
final class KeyOwner<Key>: ManagedBuffer<KeyOwnerHeader, Key> {
    /// An owner of the keys at `positions` of a node, apart from those that belong to `parent`, the node's owner.
    ///
    /// Takes over the node's reference to the parent, and the keys from the node, which is to forget that it owns them.
    @inlinable @inline(never)
    static func make<Value>(
        _ node: NodeReference<Key, Value>, _ positions: UInt16, parent: UnsafeMutableRawPointer?
    ) -> KeyOwner {
        let buffer = KeyOwner.create(minimumCapacity: positions.nonzeroBitCount) { _ in
            KeyOwnerHeader(
                parent: parent, ownPositions: positions, destruction: node.header.pointee.room.destruction.keys)
        }
        buffer.withUnsafeMutablePointerToElements { keys in
            var target = UnsafeMutableRawPointer(keys)
            for position in NodeHeader.Positions(positions) {
                target.copyMemory(from: node.entry(at: position), byteCount: MemoryLayout<Key>.size)
                target += MemoryLayout<Key>.stride
            }
        }
        return unsafeDowncast(buffer, to: KeyOwner.self)
    }

    /// Makes the owner one of nothing, before it is released: another thread's has become the node's.
    @inlinable
    func forgetKeys() {
        header = KeyOwnerHeader(parent: nil, ownPositions: 0, destruction: .nothing)
    }

    /// Calls `visit` with the place of each key that the owner at an address has, without its parents' keys, until that
    /// returns false; retains nothing.
    static func forEachKey(of owner: UnsafeMutableRawPointer, _ visit: (UnsafeMutablePointer<Key>) -> Bool) -> Bool {
        let header = KeyOwnerHeader.at(owner)
        let references = KeyOwnerHeader.references(of: owner)
        let keys = KeyOwnerHeader.keys(of: owner, Key.self)
        for (index, position) in NodeHeader.Positions(header.pointee.ownPositions).enumerated() {
            if references.hasGivenUp && position == references.lackedPosition { continue }
            guard visit(keys + index) else { return false }
        }
        return true
    }

    deinit {
        let owner = Unmanaged.passUnretained(self).toOpaque()
        _ = Self.forEachKey(of: owner) {
            header.destruction.destroy(Key.self, $0, 1, stride: MemoryLayout<Key>.stride)
            return true
        }
        if let parent = header.parent { KeyOwnerHeader.release(parent, lacking: 0, Key.self) }
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

/// The nodes of a key owner, in one word so that it changes as a whole.
@usableFromInline
struct KeyOwnerReferences {
    /// From the lowest bit: 28 bits for the number of nodes, 28 for those of them that lack a key, four for that key's
    /// position, and one that is set once the owner has given the key up.
    @usableFromInline let rawValue: UInt64

    @inlinable @inline(__always)
    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    @inlinable @inline(__always)
    static var one: UInt64 { 1 }

    @inlinable @inline(__always)
    static var oneLacking: UInt64 { 1 &<< 28 | 1 }

    @inlinable @inline(__always)
    var count: UInt64 { rawValue & (1 &<< 28 &- 1) }

    @inlinable @inline(__always)
    var lackingCount: UInt64 { (rawValue &>> 28) & (1 &<< 28 &- 1) }

    @inlinable @inline(__always)
    var lackedPosition: UInt { UInt((rawValue &>> 56) & 15) }

    @inlinable @inline(__always)
    var hasGivenUp: Bool { rawValue &>> 60 & 1 != 0 }

    /// Whether all nodes but one lack the key.
    @inlinable @inline(__always)
    var isLastWithLackedKey: Bool { lackingCount != 0 && count == lackingCount &+ 1 && !hasGivenUp }

    /// With one more node, which lacks the key at a position.
    @inlinable @inline(__always)
    func adding(lackingAt position: UInt) -> KeyOwnerReferences {
        let others = rawValue & ~(15 &<< 56)
        return KeyOwnerReferences(rawValue: (others &+ Self.oneLacking) | UInt64(position) &<< 56)
    }

    /// With the last node that has the key as one that lacks it.
    @inlinable @inline(__always)
    func givingUp() -> KeyOwnerReferences { KeyOwnerReferences(rawValue: (rawValue &+ 1 &<< 28) | 1 &<< 60) }
}

@usableFromInline
struct KeyOwnerHeader {
    /// The nodes that refer to the owner, and the owners whose parent it is; only ``word(of:)`` looks at it.
    @usableFromInline var references: UInt64
    /// The owner of other keys of the same nodes, which counts this one.
    @usableFromInline let parent: UnsafeMutableRawPointer?
    /// Where in the nodes the keys are that this owner and its parents have.
    @usableFromInline let positions: UInt16
    /// Where this owner's are.
    @usableFromInline let ownPositions: UInt16
    @usableFromInline let destruction: Destruction.Field

    @inlinable
    init(parent: UnsafeMutableRawPointer?, ownPositions: UInt16, destruction: Destruction.Field) {
        references = KeyOwnerReferences.one
        self.parent = parent
        self.ownPositions = ownPositions
        positions = ownPositions | (parent.map { Self.at($0).pointee.positions } ?? 0)
        self.destruction = destruction
    }

    /// Where the header of an owner lies.
    @inlinable @inline(__always)
    static func at(_ owner: UnsafeMutableRawPointer) -> UnsafeMutablePointer<KeyOwnerHeader> {
        let size = 2 &* MemoryLayout<UnsafeRawPointer>.size
        return (owner + ((size &+ 7) & ~7)).assumingMemoryBound(to: KeyOwnerHeader.self)
    }

    @inlinable @inline(__always)
    static func word(of owner: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Atomic<UInt64>> {
        UnsafeMutableRawPointer(at(owner)).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    /// The nodes of an owner at this moment.
    @inlinable
    static func references(of owner: UnsafeMutableRawPointer) -> KeyOwnerReferences {
        KeyOwnerReferences(rawValue: word(of: owner).pointee.load(ordering: .acquiring))
    }

    /// The number of nodes, and of owners whose parent it is, that refer to an owner.
    static func count(of owner: UnsafeMutableRawPointer) -> Int { Int(references(of: owner).count) }

    /// Changes the word as `change` says, and returns what it was; nil where that gives up.
    @inlinable @inline(__always)
    static func update(
        _ owner: UnsafeMutableRawPointer, _ change: (KeyOwnerReferences) -> KeyOwnerReferences?
    ) -> KeyOwnerReferences? {
        let word = word(of: owner)
        var old = word.pointee.load(ordering: .relaxed)
        while true {
            guard let new = change(KeyOwnerReferences(rawValue: old)) else { return nil }
            let (exchanged, current) = word.pointee.weakCompareExchange(
                expected: old, desired: new.rawValue, ordering: .acquiringAndReleasing)
            if exchanged { return KeyOwnerReferences(rawValue: old) }
            old = current
        }
    }
}

// Not of `KeyOwner<Key>`: the runtime would be asked for the metadata of that, where a node dies.
extension KeyOwnerHeader {
    /// Counts one more node of an owner; false, and nothing is done, where it may not lack the keys at `lacked`.
    ///
    /// The caller has a node that keeps the owner alive, and lacks nothing or the same.
    @inlinable @inline(__always)
    static func retain(_ owner: UnsafeMutableRawPointer, lacking lacked: UInt16) -> Bool {
        if lacked != 0 { return retainLacking(owner, lacked) }
        _ = word(of: owner).pointee.wrappingAdd(KeyOwnerReferences.one, ordering: .relaxed)
        return true
    }

    @inlinable @inline(never)
    static func retainLacking(_ owner: UnsafeMutableRawPointer, _ lacked: UInt16) -> Bool {
        guard lacked & (lacked &- 1) == 0, lacked & ~at(owner).pointee.ownPositions == 0 else {
            return false
        }
        let position = UInt(lacked.trailingZeroBitCount)
        return update(owner) { references in
            guard references.lackingCount == 0 || references.lackedPosition == position else { return nil }
            return references.adding(lackingAt: position)
        } != nil
    }

    /// Counts one node of an owner less, which lacked the key at `lacked`, if any.
    @inline(__always)
    static func release<Key>(_ owner: UnsafeMutableRawPointer, lacking lacked: UInt16, _: Key.Type) {
        var isLacking = lacked != 0
        if !isLacking {
            let old = update(owner) { references in
                // The last one that has the key becomes one that lacks it, while the key is given up.
                references.isLastWithLackedKey
                    ? references.givingUp()
                    : KeyOwnerReferences(rawValue: references.rawValue &- KeyOwnerReferences.one)
            }
            guard let old else { return }
            if old.isLastWithLackedKey {
                destroyLackedKey(of: owner, old, Key.self)
                isLacking = true
            } else if old.count == 1 {
                return Unmanaged<AnyObject>.fromOpaque(owner).release()
            }
        }
        guard isLacking else { return }
        let old = word(of: owner).pointee.wrappingSubtract(
            KeyOwnerReferences.oneLacking, ordering: .acquiringAndReleasing
        ).oldValue
        if KeyOwnerReferences(rawValue: old).count == 1 { Unmanaged<AnyObject>.fromOpaque(owner).release() }
    }

    /// Gives up the key that no node has any more.
    @inline(never)
    private static func destroyLackedKey<Key>(
        of owner: UnsafeMutableRawPointer, _ references: KeyOwnerReferences, _: Key.Type
    ) {
        let header = at(owner)
        let index = NodeHeader.count(header.pointee.ownPositions, below: references.lackedPosition)
        header.pointee.destruction.destroy(
            Key.self, keys(of: owner, Key.self) + index, 1, stride: MemoryLayout<Key>.stride)
    }

    /// Where an owner's keys lie.
    static func keys<Key>(of owner: UnsafeMutableRawPointer, _: Key.Type) -> UnsafeMutablePointer<Key> {
        let mask = MemoryLayout<Key>.alignment - 1
        let end = UnsafeMutableRawPointer(at(owner)) - owner + MemoryLayout<KeyOwnerHeader>.size
        return (owner + ((end + mask) & ~mask)).assumingMemoryBound(to: Key.self)
    }
}
