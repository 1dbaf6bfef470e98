// SPDX-License-Identifier: Apache-2.0
/// A persistent hash map with value semantics: copies cost nothing, and a changed copy shares all that did not change.
///
/// ```swift
/// let base: HAMT = ["host": "example.org", "port": "443"]
/// let request = base.inserting("/index.html", forKey: "path")
/// base.count       // 2: it keeps its entries
/// request["path"]  // Optional("/index.html")
/// ```
///
/// A copy of a map is O(1). An edit of a map whose storage nobody shares happens in place; otherwise it copies the path
/// from the root to the edited place, O(log n) nodes of at most 16 positions, and shares the rest with the other versions.
///
/// The order of iteration follows from the keys' hashes and from how the map came to be. It means nothing: equal maps
/// may differ in it, and keys whose hashes are seeded, as those of strings are, come in another order in each run of the
/// program.
///
/// **Thread safety.** Like `Dictionary`: any number of threads may use copies of one map, each its own, at once, also
/// where the copies share storage. One *variable* must not be written while another thread reads it.
///
/// **Where it comes from.** The hash array mapped trie is Phil Bagwell's ("Ideal Hash Trees", 2001). The two bitmaps
/// and the canonical form are those of CHAMP (Steindorfer and Vinju, "Optimizing Hash-Array Mapped Tries for Fast and
/// Lean Immutable JVM Collections", OOPSLA 2015). CPython keeps its context variables in such a map (PEP 567).
///
/// - Complexity: lookups and edits take O(log n) time, with base 16, for keys with good hashes; O(k) more where k keys
///   have the same hash. A map of up to 16 entries is one block of memory; the edit that makes it larger copies those,
///   and so does the one that leaves 8 of a larger map, which is one block again.
public struct HAMT<Key: Hashable, Value> {
    // Two floors over one storage: small maps, of up to 16 entries, are in Small/, the trie above that in Trie/. Storage/
    // has what both share, and Documentation/Design/map-accelerations.md says why it is as it is.

    /// The small map's only node, or the trie's topmost one; nil until the first insertion.
    ///
    /// A root that an in-place removal empties stays, so that a map that goes between zero and a few entries does not
    /// allocate each time. It is equal to nil in every other respect.
    @usableFromInline var root: Node<Key, Value>?

    /// The number of entries.
    ///
    /// - Complexity: O(1).
    @inlinable public var count: Int { entryCount }

    @usableFromInline var entryCount: Int

    @usableFromInline typealias EntryPointer = NodeReference<Key, Value>.EntryPointer

    @inlinable init(root: Node<Key, Value>?, count: Int) { (self.root, entryCount) = (root, count) }

    /// Creates an empty map, which owns no storage.
    ///
    /// - Complexity: O(1).
    @inlinable public init() { self.init(root: nil, count: 0) }

    /// True where the map has no entries.
    ///
    /// - Complexity: O(1).
    @inlinable public var isEmpty: Bool { entryCount == 0 }
}

// Unchecked: nodes are classes with mutable storage, written only while one map alone can reach it (see Node).
extension HAMT: @unchecked Sendable where Key: Sendable, Value: Sendable {}
