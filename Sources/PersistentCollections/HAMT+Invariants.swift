extension HAMT {
    /// What is wrong with the trie, for tests: empty where all invariants hold.
    ///
    /// - each key lies where its hash says, and no key twice;
    /// - bitmaps, rank tables, counts and free space agree;
    /// - the form is canonical: below the root no subtree has less than two entries, and no node has a collision node alone;
    /// - collision nodes have two or more entries, all with the node's hash;
    /// - `count` is the number of entries.
    ///
    /// - Complexity: O(n), and O(k²) for k keys with one hash.
    package func invariantViolations() -> [String] {
        var violations: [String] = []
        guard let root else { return count == 0 ? [] : ["count is \(count) without a root"] }
        let entries = withExtendedLifetime(root) {
            root.reference.check(prefix: 0, shift: 0, isRoot: true, &violations)
        }
        if entries != count { violations.append("count is \(count), but there are \(entries) entries") }
        return violations
    }

    /// Whether the offset that the nodes work out for a value is the compiler's. (Slow, so not part of the invariants.)
    package static var valueOffsetIsAsAssumed: Bool {
        // Optimised code says nothing certain of where a value without size lies, and it doesn't matter.
        MemoryLayout<Value>.size == 0
            || MemoryLayout<NodeEntry<Key, Value>>.offset(of: \.value) == NodeEntry<Key, Value>.valueOffset
    }

    /// The addresses of all nodes, for tests that observe sharing and moves.
    ///
    /// The root comes first.
    package var nodeAddresses: [UnsafeRawPointer] {
        var addresses: [UnsafeRawPointer] = []
        func visit(_ node: NodeReference<Key, Value>) {
            addresses.append(UnsafeRawPointer(node.address))
            for index in 0..<node.header.pointee.childCount { visit(node.child(at: index)) }
        }
        if let root { withExtendedLifetime(root) { visit(root.reference) } }
        return addresses
    }
}

extension NodeReference {
    /// Checks a subtree whose keys' hashes end in the `shift` low bits of `prefix`.
    ///
    /// Returns its number of entries.
    func check(prefix: UInt, shift: UInt, isRoot: Bool, _ violations: inout [String]) -> Int {
        func require(_ condition: Bool, _ message: @autoclosure () -> String) {
            if !condition { violations.append("at depth \(shift / NodeHeader.bitsPerLevel): \(message())") }
        }
        let header = header.pointee
        require(usedBytes <= Int(header.byteCapacity), "the tail has too little room")
        require(unmanaged.takeUnretainedValue().layoutIsAsAssumed, "the layout is not the one assumed")
        if header.isCollision {
            checkCollision(prefix: prefix, shift: shift, require)
            return header.entryCount
        }
        require(isRoot || shift < UInt(UInt.bitWidth), "a node lies below the last bit of the hash")
        require(header.entryMap & header.childMap == 0, "a position has both an entry and a child")
        require(header.entryCount == header.entryMap.nonzeroBitCount, "the entry ranks don't fit the bitmap")
        require(header.childCount == header.childMap.nonzeroBitCount, "the child ranks don't fit the bitmap")
        var total = header.entryCount
        var occupied = header.entryMap | header.childMap
        while occupied != 0 {
            let position = UInt(occupied.trailingZeroBitCount)
            occupied &= occupied - 1
            let below = (UInt16(1) << UInt16(position)) - 1
            require(
                header.entryIndex(at: position) == (header.entryMap & below).nonzeroBitCount
                    && header.childIndex(at: position) == (header.childMap & below).nonzeroBitCount,
                "wrong ranks at position \(position)")
            let prefix = prefix | position << shift
            let mask = (UInt(1) << (shift + NodeHeader.bitsPerLevel)) &- 1
            switch content(at: position) {
            case .nothing: break
            case .entry(let entry):
                let hash = UInt(bitPattern: entry.pointee.key.hashValue)
                require(hash & mask == prefix, "an entry lies in the wrong place")
            case .child(let child):
                let next = shift + NodeHeader.bitsPerLevel
                let count = child.check(prefix: prefix, shift: next, isRoot: false, &violations)
                total += count
            }
        }
        require(isRoot || total >= 2, "a subtree with \(total) entries")
        require(!onlyHasCollisionChild, "a collision node alone in its parent")
        return total
    }

    private func checkCollision(prefix: UInt, shift: UInt, _ require: (Bool, @autoclosure () -> String) -> Void) {
        let hash = header.pointee.collisionHash
        let count = header.pointee.entryCount
        require(count >= 2, "a collision node with \(count) entries")
        require(hash & ((UInt(1) << shift) &- 1) == prefix, "a collision node lies in the wrong place")
        for index in 0..<count {
            let key = entries[index].key
            require(UInt(bitPattern: key.hashValue) == hash, "a collision node with another hash")
            for other in 0..<index { require(entries[other].key != key, "a key twice") }
        }
    }
}
