// SPDX-License-Identifier: Apache-2.0
// Whole tries at once. A subtree that stays as it is, is shared; where two tries share a node, it isn't entered.

extension NodeReference {
    /// What is left of a subtree.
    @usableFromInline enum Rest {
        case nothing
        /// An entry, which still lies in the old subtree.
        case entry(EntryPointer)
        case node(Node<Key, Value>)
    }

    /// This node, whose map somebody keeps alive.
    @inlinable var whole: Rest { .node(unmanaged.takeUnretainedValue()) }

    /// This node with, at each position, what `rest` says is left of what is there; this very node where that is all.
    @inlinable func keeping<Failure: Error>(_ rest: (UInt, Content) throws(Failure) -> Rest) throws(Failure) -> Rest {
        var shape = Node<Key, Value>.emptyHeader
        shape.path = header.pointee.path
        var (entries, children): ([Node<Key, Value>.Part], [Node<Key, Value>]) = ([], [])
        var isWhole = true
        for position in NodeHeader.Positions(header.pointee.items) {
            let content = content(at: position)
            switch try rest(position, content) {
            case .nothing: isWhole = false
            case .entry(let entry):
                shape.addPositionedEntry(at: position)
                entries.append((entry, nil))
                if case .child = content { isWhole = false }
            case .node(let child):
                shape.addChild(at: position)
                children.append(child)
                if case .child(let old) = content, old.address != child.reference.address { isWhole = false }
            }
        }
        if isWhole { return whole }
        if entries.count + children.count < 2 {
            return children.first.map { .node($0) } ?? entries.first.map { .entry($0.old) } ?? .nothing
        }
        return .node(Node.make(shape, entries, children))
    }

    /// What is left of this subtree when only the entries stay for which `isIncluded` is true.
    @inlinable
    func filter<Failure: Error>(_ isIncluded: (EntryPointer) throws(Failure) -> Bool) throws(Failure) -> Rest {
        if header.pointee.isCollision { return try filterColliding(isIncluded) }
        return try keeping { (_, content) throws(Failure) -> Rest in
            switch content {
            case .nothing: .nothing
            case .entry(let entry): try isIncluded(entry) ? .entry(entry) : .nothing
            case .child(let child): try child.filter(isIncluded)
            }
        }
    }

    @inlinable
    func filterColliding<Failure: Error>(_ isIncluded: (EntryPointer) throws(Failure) -> Bool) throws(Failure) -> Rest {
        var kept: [EntryPointer] = []
        for index in 0..<entryCount where try isIncluded(entries + index) { kept.append(entries + index) }
        if kept.count == entryCount { return whole }
        if kept.count < 2 { return kept.first.map { .entry($0) } ?? .nothing }
        var shape = header.pointee
        shape.setCollision(hash: shape.collisionHash, count: kept.count)
        return .node(Node.make(shape, kept.map { ($0, nil) }, []))
    }

    /// What is left of this subtree of the keys that another trie has, or of the others.
    ///
    /// - Parameters:
    ///   - other: What the other trie has at this place: all keys of it that could be here.
    ///   - isKept: Whether the keys that both have stay; otherwise the others do.
    @inlinable func restrict<Other>(by other: NodeReference<Key, Other>, keepingCommon isKept: Bool) -> Rest {
        if address == other.address { return isKept ? whole : .nothing }
        let isIncluded = { (other.entry(of: Self.key(of: $0).pointee) != nil) == isKept }
        let (mine, theirs) = (header.pointee, other.header.pointee)
        if mine.path != theirs.path {
            if theirs.contains(mine), case .child(let part) = other.content(at: theirs.position(of: mine.anyHash)) {
                return restrict(by: part, keepingCommon: isKept)
            }
            if !mine.contains(theirs) { return filter(isIncluded) }
        }
        if mine.isCollision { return filter(isIncluded) }
        let branch = NodeReference<Key, Other>.Branch(.child(other), at: 0, of: 0)
        return keeping { position, content in
            switch (content, branch.content(at: position, of: mine.path)) {
            case (.nothing, _): .nothing
            case (.entry(let entry), .nothing): isKept ? .nothing : .entry(entry)
            case (.child(let child), .nothing): isKept ? .nothing : child.whole
            case (.entry(let entry), _): isIncluded(entry) ? .entry(entry) : .nothing
            case (.child(let child), .child(let theirs)): child.restrict(by: theirs, keepingCommon: isKept)
            case (.child(let child), .entry): child.filter(isIncluded)
            }
        }
    }

    /// The number of entries of this subtree.
    @inlinable var totalCount: Int {
        var count = entryCount
        for index in 0..<childCount { count &+= child(at: index).totalCount }
        return count
    }
}

extension Node {
    /// An entry that a new node gets a copy of, if need be with another value.
    @usableFromInline typealias Part = (old: EntryPointer, value: Value?)

    /// A node with a shape to which just these entries, in this order, and children were added.
    @inlinable static func make(_ shape: NodeHeader, _ entries: [Part], _ children: [Node]) -> Node {
        let node = make(shape, entryRoom: entries.count, childRoom: children.count)
        for (index, entry) in entries.enumerated() {
            let copy = entry.value.map { Entry(entry.old.pointee.key, $0) } ?? entry.old.pointee
            (node.reference.entries + index).initialize(to: copy)
        }
        for (index, child) in children.enumerated() { (node.reference.children + index).initialize(to: child) }
        return node
    }
}
