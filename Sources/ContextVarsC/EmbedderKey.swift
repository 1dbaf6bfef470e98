// SPDX-License-Identifier: Apache-2.0
/// A key of a map, whose hash was computed before the map sees it, and whose equality may fail.
///
/// `Hashable` knows no failure. So the key that an operation looks for, its *probe*, carries the operation's failure
/// flag: a comparison that fails sets the flag and says "not equal", as do all that follow. The operation then
/// throws its result away; maps are persistent, so nothing else has changed.
struct EmbedderKey: @unchecked Sendable {
    // Invariant behind `@unchecked`: `content.failed` is used only while the key is a probe, which one thread has.
    let content: EmbedderKeyContent
}

/// What keys of one object share, wherever they are stored.
final class EmbedderKeyContent {
    let object: UnsafeMutableRawPointer
    let hash: Int
    let embedder: Embedder
    /// Nil in keys that a map may hold: only probes have a flag.
    fileprivate(set) var failed: Bool?

    init(_ object: UnsafeMutableRawPointer, hash: Int, _ embedder: Embedder) {
        self.object = object
        self.hash = hash
        self.embedder = embedder
        embedder.retain(object)
    }

    deinit { embedder.release(object) }
}

extension EmbedderKey {
    /// Calls the body with a new key for an object; what it returns counts if no comparison failed.
    static func withProbe<Result>(
        for object: UnsafeMutableRawPointer, _ embedder: Embedder, _ body: (EmbedderKey) -> Result
    ) throws(CallbackFailure) -> Result {
        guard let hash = embedder.hash(of: object) else { throw CallbackFailure() }
        return try withProbe(for: object, hash: hash, embedder, body)
    }

    /// The same for an object whose hash is known.
    static func withProbe<Result>(
        for object: UnsafeMutableRawPointer, hash: Int, _ embedder: Embedder, _ body: (EmbedderKey) -> Result
    ) throws(CallbackFailure) -> Result {
        let content = EmbedderKeyContent(object, hash: hash, embedder)
        content.failed = false
        let result = body(EmbedderKey(content: content))
        let failed = content.failed == true
        content.failed = nil
        if failed { throw CallbackFailure() }
        return result
    }
}

extension EmbedderKey: Hashable {
    static func == (left: EmbedderKey, right: EmbedderKey) -> Bool {
        let (left, right) = (left.content, right.content)
        guard left.hash == right.hash, left.embedder === right.embedder else { return false }
        guard left.object != right.object else { return true }
        let probe = left.failed != nil ? left : right
        guard probe.failed != true else { return false }
        do {
            return try left.embedder.areEqual(left.object, right.object)
        } catch {
            probe.failed = true
            return false
        }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(content.hash)
    }

    /// The embedder's own hash: the map uses this and computes no other.
    var hashValue: Int { content.hash }
}
