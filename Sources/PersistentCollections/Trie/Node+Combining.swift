// SPDX-License-Identifier: Apache-2.0
// Whole tries at once. A subtree that stays as it is, is shared; where two tries share a node, it isn't entered.

extension Node {
    /// What becomes of a subtree.
    @usableFromInline
    enum Rest {
        case nothing
        /// An entry, which still lies in the old subtree.
        case entry(UnsafeMutablePointer<Entry>)
        case node(Node)
    }

    /// A node with the path of another one, and at each position what `rest` says is there; or what is left of it.
    ///
    /// - Parameter rest: Is asked once for each position, in order.
    @inlinable
    static func assemble<Failure: Error>(
        path: UInt, _ rest: (UInt) throws(Failure) -> Rest
    ) throws(Failure) -> Rest {
        var header = emptyHeader
        header.path = path
        var entries: [UnsafeMutablePointer<Entry>] = []
        var children: [Node] = []
        for position in 0..<UInt(16) {
            switch try rest(position) {
            case .nothing: break
            case .entry(let entry):
                header.addEntry(at: position)
                entries.append(entry)
            case .node(let child):
                header.addChild(at: position)
                children.append(child)
            }
        }
        if entries.count + children.count < 2 {
            return children.first.map { .node($0) } ?? entries.first.map { .entry($0) } ?? .nothing
        }
        let node = make(header, entryRoom: entries.count, childRoom: children.count)
        for (index, entry) in entries.enumerated() {
            (node.reference.entries + index).initialize(to: entry.pointee)
        }
        for (index, child) in children.enumerated() { (node.reference.children + index).initialize(to: child) }
        for position in NodeHeader.Positions(header.childMap) { node.reference.noteFullLeaf(at: position) }
        return .node(node)
    }
}

extension NodeReference {
    /// This node, whose map somebody keeps alive.
    @inlinable
    var whole: Node<Key, Value>.Rest { .node(unmanaged.takeUnretainedValue()) }

    /// What is left of this subtree when only the entries stay for which `isIncluded` is true.
    @inlinable
    func filter<Failure: Error>(
        _ isIncluded: (UnsafeMutablePointer<Entry>) throws(Failure) -> Bool
    ) throws(Failure) -> Node<Key, Value>.Rest {
        if header.pointee.isCollision { return try filterColliding(isIncluded) }
        var isWhole = true
        let rest = try Node<Key, Value>.assemble(path: header.pointee.path) {
            (position) throws(Failure) -> Node<Key, Value>.Rest in
            switch content(at: position) {
            case .nothing: return .nothing
            case .entry(let entry):
                if try isIncluded(entry) { return .entry(entry) }
                isWhole = false
                return .nothing
            case .child(let child):
                let rest = try child.filter(isIncluded)
                isWhole = isWhole && child.isAll(of: rest)
                return rest
            }
        }
        return isWhole ? whole : rest
    }

    /// Whether nothing of this subtree has gone.
    @inlinable
    func isAll(of rest: Node<Key, Value>.Rest) -> Bool {
        guard case .node(let node) = rest else { return false }
        return node.reference.address == address
    }

    @inlinable
    func filterColliding<Failure: Error>(
        _ isIncluded: (UnsafeMutablePointer<Entry>) throws(Failure) -> Bool
    ) throws(Failure) -> Node<Key, Value>.Rest {
        var kept: [UnsafeMutablePointer<Entry>] = []
        for index in 0..<entryCount where try isIncluded(entries + index) { kept.append(entries + index) }
        switch kept.count {
        case 0: return .nothing
        case 1: return .entry(kept[0])
        case entryCount: return whole
        default:
            var shape = header.pointee
            shape.setCollision(hash: shape.collisionHash, count: kept.count)
            let node = Node<Key, Value>.make(shape, entryRoom: kept.count, childRoom: 0)
            for (index, entry) in kept.enumerated() { (node.reference.entries + index).initialize(to: entry.pointee) }
            return .node(node)
        }
    }

    /// What is left of this subtree of the keys that another trie has, or of the others.
    ///
    /// - Parameters:
    ///   - other: What the other trie has at this place: all keys of it that could be here.
    ///   - isKept: Whether the keys that both have stay; otherwise the others do.
    @inlinable
    func restrict<Other>(
        by other: NodeReference<Key, Other>, keepingCommon isKept: Bool
    ) -> Node<Key, Value>.Rest {
        if address == other.address { return isKept ? whole : .nothing }
        let (mine, theirs) = (header.pointee, other.header.pointee)
        guard mine.path == theirs.path, !mine.isCollision else {
            return filter { (other.entry(of: Self.key(of: $0).pointee) != nil) == isKept }
        }
        var isWhole = true
        let rest = Node<Key, Value>.assemble(path: mine.path) { position -> Node<Key, Value>.Rest in
            switch (content(at: position), other.content(at: position)) {
            case (.nothing, _): return .nothing
            case (.entry(let entry), .nothing) where !isKept: return .entry(entry)
            case (.child(let child), .nothing) where !isKept: return child.whole
            case (_, .nothing):
                isWhole = false
                return .nothing
            case (.entry(let entry), _):
                if (other.entry(of: Self.key(of: entry).pointee) != nil) == isKept { return .entry(entry) }
                isWhole = false
                return .nothing
            case (.child(let child), .child(let theirs)):
                let rest = child.restrict(by: theirs, keepingCommon: isKept)
                isWhole = isWhole && child.isAll(of: rest)
                return rest
            case (.child(let child), .entry(let entry)):
                let key = NodeReference<Key, Other>.key(of: entry).pointee
                let rest = child.filter { (Self.key(of: $0).pointee == key) == isKept }
                isWhole = isWhole && child.isAll(of: rest)
                return rest
            }
        }
        return isWhole ? whole : rest
    }

    /// The number of entries of this subtree.
    @inlinable
    var totalCount: Int {
        var count = entryCount
        for index in 0..<childCount { count &+= child(at: index).totalCount }
        return count
    }
}
