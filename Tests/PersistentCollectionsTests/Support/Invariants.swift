// SPDX-License-Identifier: Apache-2.0
@testable import PersistentCollections

extension HAMT {
    /// What is wrong with the map's storage: empty where all invariants hold.
    ///
    /// - each key lies where its hash says, or is displaced in the root of a small map, and no key is there twice;
    /// - bitmaps, bytes, counts and free space agree;
    /// - a small map is one node, a larger one a trie, and between the counts of 9 and 16 either; in a trie the form is
    ///   canonical: each node begins where the hashes below it part, so that it has two or more entries and children;
    /// - a node has all keys of its key owner but for one;
    /// - collision nodes have two or more entries, all with the node's hash;
    /// - `count` is the number of entries.
    ///
    /// - Complexity: O(n), and O(k²) for k keys with one hash.
    func invariantViolations() -> [String] {
        var violations: [String] = []
        guard let root else { return count == 0 ? [] : ["count is \(count) without a root"] }
        let entries = withExtendedLifetime(root) {
            root.reference.check(below: nil, &violations)
        }
        if root.reference.isSmall ? count > 16 : count <= Self.shrunkCount {
            violations.append("the shape of the root doesn't fit \(count) entries")
        }
        if entries != count { violations.append("count is \(count), but there are \(entries) entries") }
        return violations
    }

    /// Whether the offset that the nodes work out for a value is the compiler's. (Slow, so not part of the invariants.)
    static var valueOffsetIsAsAssumed: Bool {
        // Where optimised code places a value without size isn't defined, and doesn't matter.
        MemoryLayout<Value>.size == 0
            || MemoryLayout<NodeEntry<Key, Value>>.offset(of: \.value) == NodeEntry<Key, Value>.valueOffset
    }

    /// The addresses of all nodes, to observe sharing and moves.
    ///
    /// The root comes first.
    var nodeAddresses: [UnsafeRawPointer] {
        var addresses: [UnsafeRawPointer] = []
        func visit(_ node: NodeReference<Key, Value>) {
            addresses.append(UnsafeRawPointer(node.address))
            for index in 0..<node.childCount { visit(node.child(at: index)) }
        }
        if let root { withExtendedLifetime(root) { visit(root.reference) } }
        return addresses
    }
}

extension NodeReference {
    /// Checks a subtree that belongs below `parent`, at a position of it; nil for the root.
    ///
    /// Returns its number of entries.
    func check(
        below parent: (header: NodeHeader, position: UInt)?, _ violations: inout [String]
    ) -> Int {
        let header = header.pointee
        func require(_ condition: Bool, _ message: @autoclosure () -> String) {
            if !condition { violations.append("in the node of path \(String(header.path, radix: 16)): \(message())") }
        }
        // (Where room for more than 255 entries of one hash is, it isn't said.)
        require(
            entryCount <= Int(header.entryRoom) || header.isCollision && header.entryRoom == .max,
            "too little room for the entries")
        require(roomIsAllocated, "the room doesn't fit the allocation")
        require(childCount <= Int(header.childRoom), "too little room for the children")
        require(layoutIsAsAssumed, "the layout is not the one assumed")
        if let parent {
            require(
                !header.isSmallRoot && parent.header.contains(header)
                    && parent.header.position(of: header.anyHash) == parent.position,
                "the path doesn't fit the parent's")
        }
        require(header.isSmallRoot || entryCount + childCount >= 2, "a subtree of one entry or child")
        if header.isCollision {
            checkCollision(require)
            return entryCount
        }
        let shift = NodeHeader.forkShift(1 << (header.path & 63))
        require(
            header.isSmallRoot || header.path == NodeHeader.path(to: header.path, shift: shift),
            "the path has a wrong shift")
        require(!header.isSmallRoot || header.childRoom == 0, "a small map with room for children")
        require(header.entryMap & header.childMap == 0, "a position has both an entry and a child")
        require(entryCount == header.entryMap.nonzeroBitCount, "the number of entries doesn't fit the bitmap")
        require(childCount == header.childMap.nonzeroBitCount, "the number of children doesn't fit the bitmap")
        require(!header.isSmallRoot || header.displaced & ~header.entryMap == 0, "a displaced entry that is not there")
        require(lackedPositions(of: keyOwner).nonzeroBitCount <= 1, "the node lacks keys of its owner")
        var total = entryCount
        var (indices, children): (Set<Int>, Int) = ([], 0)
        for position in 0..<UInt(16) {
            let byte = byte(at: position)
            let bit = NodeHeader.bit(position)
            switch content(at: position) {
            case .nothing:
                require(byte == NodeHeader.vacancy, "a vacant position has the byte \(byte)")
                require((header.entryMap | header.childMap) & bit == 0, "the bitmaps have a vacant position")
            case .entry(let entry):
                require(header.entryMap & bit != 0, "the bitmap lacks an entry")
                require(byte < entryCount && indices.insert(byte).inserted, "two entries at one index, or beyond")
                let hash = NodeHeader.hash(of: entry.pointee.key)
                let isDisplaced = header.isSmallRoot && header.displaced & NodeHeader.bit(position) != 0
                require(
                    (header.position(of: hash) != position) == isDisplaced
                        && (header.isSmallRoot || header.divergence(of: hash) == 0),
                    "an entry lies in the wrong place")
                require(
                    !header.isSmallRoot
                        || smallEntry(of: entry.pointee.key, hash) == entry
                            && smallPosition(of: entry - leafEntries, hash) == position,
                    "a key twice, or one that isn't found")
            case .child(let child):
                require(header.childMap & bit != 0, "the bitmap lacks a child")
                require(byte == Int(NodeHeader.childFlag) + children, "a child is not in the order of its position")
                children += 1
                total += child.check(below: (header, position), &violations)
            }
        }
        return total
    }

    private func checkCollision(_ require: (Bool, @autoclosure () -> String) -> Void) {
        let isVacant = (0..<UInt(2)).allSatisfy { byte(at: $0) == NodeHeader.vacancy }
        require(
            isVacant && header.pointee.items == 0 && header.pointee.positionedEntryCount == 0,
            "a collision node with positions")
        let hash = header.pointee.collisionHash
        for index in 0..<entryCount {
            let key = entries[index].key
            require(NodeHeader.hash(of: key) == hash, "a collision node with another hash")
            for other in 0..<index { require(entries[other].key != key, "a key twice") }
        }
    }

    /// Whether the room for children and entries ends within the node's allocation.
    private var roomIsAllocated: Bool {
        let end = Entry.offset(childRoom: Int(header.pointee.childRoom)) + Int(header.pointee.entryRoom) * Entry.stride
        let buffer = ManagedBufferPointer<NodeHead, Entry>(unsafeBufferObject: unmanaged.takeUnretainedValue())
        return end <= Entry.offset(childRoom: 0) + buffer.capacity * Entry.stride
    }

    /// Whether the offsets that the nodes work out are the compiler's.
    private var layoutIsAsAssumed: Bool {
        let node = unmanaged.takeUnretainedValue()
        let bytes = [\NodeHeader.lowBytes, \.highBytes].map { MemoryLayout<NodeHeader>.offset(of: $0) }
        guard bytes == [0, 8], MemoryLayout<NodeHeader>.size == 32 else { return false }
        return ManagedBufferPointer<NodeHead, Entry>(unsafeBufferObject: node).withUnsafeMutablePointers {
            UnsafeMutableRawPointer($0) == UnsafeMutableRawPointer(header)
                && UnsafeMutableRawPointer($1) == UnsafeMutableRawPointer(leafEntries)
                && MemoryLayout<Entry>.stride == Entry.stride
        }
    }
}
