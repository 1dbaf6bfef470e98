/// A persistent hash map with value semantics: copies cost nothing, and a changed copy shares all that did not change.
///
/// ```swift
/// let base: HAMT = ["host": "example.org", "port": "443"]
/// let request = base.inserting("/index.html", forKey: "path")   // `base` keeps its two entries
/// request["path"]                                               // Optional("/index.html")
/// ```
///
/// A copy of a map is O(1). An edit of a map whose storage nobody shares happens in place; otherwise it copies the path
/// from the root to the edited place, O(log n) nodes of at most 16 slots, and shares the rest with the other versions.
/// So old versions stay as they were, for as long as anybody keeps them.
///
/// The order of iteration follows from the keys' hashes, and in maps of up to 16 entries also from how they came to be.
/// It means nothing, and equal maps may differ in it.
///
/// **Thread safety.** Like `Dictionary`: any number of threads may use copies of one map, each its own, without
/// synchronisation, also where the copies share storage. One *variable* must not be written while another thread reads
/// it.
///
/// **Where it comes from.** The hash array mapped trie is Phil Bagwell's ("Ideal Hash Trees", 2001). The two bitmaps
/// and the canonical form are those of CHAMP (Steindorfer and Vinju, "Optimizing Hash-Array Mapped Tries for Fast and
/// Lean Immutable JVM Collections", OOPSLA 2015). CPython keeps its context variables in such a map (PEP 567).
///
/// - Complexity: lookups and edits take O(log n) time, with base 16, for keys with good hashes; O(k) more where k keys
///   have the same hash. A map of up to 16 entries is one block of memory; the edit that makes it larger, or small
///   again, copies those 16.
public struct HAMT<Key: Hashable, Value> {
    // Design
    //
    // A trie over the lowest 61 bits of `key.hashValue`. A node (see Node.swift) is one allocation of 56 bytes, plus
    // the entries and the references to children that it has. Keys that are equal in all those bits share one collision
    // node. The hash is the protocol's requirement `hashValue`: a type that stores its hash and implements `hashValue`
    // is never hashed again.
    //
    // The order of the bits is made for keys that are numbered, as context variables are, and no worse for hashes as
    // good as random. The highest bits come first, and a node begins where hashes part: what they have in common is
    // skipped. So keys in sequence fill the nodes at the bottom, 16 entries to each, and few nodes are above: one for
    // 64 keys. (Lowest bits first, the nodes at the top are full, and 100,000 such keys lie one or two to a node at the
    // bottom.)
    //
    // A small map, of up to 16 entries, is one node, so that each edit of it is one allocation. Its root goes by the
    // lowest four bits, in which numbered keys differ, and an entry whose position is taken lies at another one (see
    // Node+Small.swift). Were the root the same in larger maps, with the trie below it, each edit would retain 16
    // children of the root, and a replacement in a map of 64 entries take 1.7 times as long, an insertion three times.
    // So the insertion of the seventeenth entry builds the trie, and its removal takes it down.
    //
    // What a persistent edit costs is retains, an atomic operation each, and their releases later: one for each child
    // of the nodes on the path, hence three bits instead of four where nodes are full (`NodeHeader.narrowBits`), and
    // none for the keys, which versions own together (see KeyOwner). Values are retained each.
    //
    // What operations cost, with d nodes on the path (d = 1 for up to 16 keys; for keys in sequence 2 for 64, 3 for
    // 1,000, 6 for 1,000,000):
    //  - lookup: the hash; per node two cache lines, 3 dependent loads, in a full leaf one; one `==`, and one more for
    //    each displaced key of a small map where the key isn't at its own position. No allocation, no atomic operation;
    //  - persistent replace and insert: d allocations; one retain for each child of those d nodes, and for each
    //    reference in the values of the entries beside the edited one. The first copy of a node with four entries or
    //    more allocates the owner of its keys;
    //  - in place: a lookup with a check for uniqueness (a load) at each node. An allocation only where a node is full.
    //
    // `root` is nil until the first insertion. A root that an in-place removal empties stays, so that a map that
    // goes between zero and a few entries does not allocate each time. It is equal to nil in every other respect.

    /// The trie.
    @usableFromInline var root: Node<Key, Value>?

    /// The number of entries.
    ///
    /// - Complexity: O(1).
    @inlinable
    public var count: Int { entryCount }

    @usableFromInline var entryCount: Int

    @inlinable
    init(root: Node<Key, Value>?, count: Int) {
        self.root = root
        entryCount = count
    }

    /// Creates an empty map.
    ///
    /// It owns no storage.
    ///
    /// - Complexity: O(1).
    @inlinable
    public init() {
        self.init(root: nil, count: 0)
    }

    /// True where the map has no entries.
    ///
    /// - Complexity: O(1).
    @inlinable
    public var isEmpty: Bool { entryCount == 0 }
}

extension HAMT: @unchecked Sendable where Key: Sendable, Value: Sendable {
    // Unchecked because nodes are classes with mutable storage. It is written only while one map alone can reach it
    // (see Node).
}
