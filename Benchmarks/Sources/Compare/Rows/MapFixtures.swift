// SPDX-License-Identifier: Apache-2.0
import Harness
import HashTreeCollections
import PersistentCollections

/// A key as the contexts have them: an object that is its identity, with its hash in it, numbered as it was made.
final class Key: Hashable, Sendable {
    let number: Int

    init(_ number: Int) {
        self.number = number
    }

    static func == (left: Key, right: Key) -> Bool { left === right }

    func hash(into hasher: inout Hasher) { hasher.combine(number) }

    var hashValue: Int { number }
}

/// What a key of ours is in the peer's map.
///
/// For objects, what someone without this library would write.
protocol MapKey: Hashable, Sendable {
    associatedtype PeerKey: Hashable & Sendable
    var peerKey: PeerKey { get }
    /// Makes the key of a number, for one of several maps: equal to no key of another number.
    static func make(_ number: Int, forMap map: Int) -> Self
    /// A key to look up with: where keys have no identity, an equal one that isn't the same in memory.
    var forLookup: Self { get }
}

extension Key: MapKey {
    @inline(__always)
    var peerKey: ObjectIdentifier { ObjectIdentifier(self) }
    static func make(_ number: Int, forMap map: Int) -> Self { Self(number) }
    var forLookup: Self { self }
}

extension String: MapKey {
    @inline(__always)
    var peerKey: String { self }
    static func make(_ number: Int, forMap map: Int) -> String { "request.attribute.\(map * 10_000 + number)" }
    var forLookup: String { String(decoding: Array(utf8), as: UTF8.self) }
}

/// Maps of `count` entries, ours and the peer's, with the same keys.
struct MapFixture<K: MapKey>: Sendable {
    /// In the order of insertion.
    let keys: [K]
    /// The same in a random order: lookups in the order of insertion would find their nodes side by side.
    let lookupKeys: [K]
    /// Keys that aren't in the maps.
    let freshKeys: [K]
    let ours: HAMT<K, Int>
    let peer: TreeDictionary<K.PeerKey, Int>

    /// - Parameters:
    ///   - number: Which of several maps this is.
    ///   - lookedUp: How many of the keys are looked up; all, unless it is given.
    init(_ number: Int = 0, count: Int, lookedUp: Int? = nil) {
        keys = (0..<count).map { K.make($0, forMap: number) }
        lookupKeys = keys.shuffled().prefix(lookedUp ?? count).map(\.forLookup)
        freshKeys = (count..<(count + 4096)).map { K.make($0, forMap: number) }
        ours = MapBuilding.ours(keys)
        peer = MapBuilding.peer(keys)
    }

    /// What gives each batch its maps.
    ///
    /// Hashes with a seed let the keys of one small map share places and those of another not, which changes its times
    /// by half. So each batch has one of many such maps; in a large one there are many places already.
    static func several(count: Int, lookedUp: Int? = nil) -> @Sendable () -> MapFixture {
        let fixtures = (0..<(count <= 64 ? 32 : 1)).map { MapFixture($0, count: count, lookedUp: lookedUp) }
        return { fixtures[Int.random(in: fixtures.indices)] }
    }
}

/// Building maps in place, one entry after the other.
enum MapBuilding {
    @inline(__always)
    static func ours<K: MapKey>(_ keys: [K]) -> HAMT<K, Int> {
        var map = HAMT<K, Int>()
        for (value, key) in keys.enumerated() { map.updateValue(value, forKey: key) }
        return map
    }

    @inline(__always)
    static func peer<K: MapKey>(_ keys: [K]) -> TreeDictionary<K.PeerKey, Int> {
        var map = TreeDictionary<K.PeerKey, Int>()
        for (value, key) in keys.enumerated() { map.updateValue(value, forKey: key.peerKey) }
        return map
    }
}

extension Array {
    /// `count` of the elements in order, from a random place on and around.
    ///
    /// A batch that always began at the same place would find what it needs of a large map in the caches.
    @inline(__always)
    func around(_ count: Int) -> Around<Element> {
        Around(elements: self, place: Int.random(in: indices), left: count)
    }
}

/// See `Array.around`.
struct Around<Element>: Sequence, IteratorProtocol {
    fileprivate let elements: [Element]
    fileprivate var place: Int
    fileprivate var left: Int

    @inline(__always)
    mutating func next() -> Element? {
        if left == 0 { return nil }
        left &-= 1
        defer {
            place &+= 1
            if place == elements.count { place = 0 }
        }
        return elements[place]
    }
}
