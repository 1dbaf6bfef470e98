// SPDX-License-Identifier: Apache-2.0
/// A key whose hash the test chooses; the number says which keys are equal.
protocol KeyWithChosenHash: Hashable {
    var id: Int { get }
}

extension KeyWithChosenHash {
    func hash(into hasher: inout Hasher) { hasher.combine(hashValue) }
    static func == (left: Self, right: Self) -> Bool { left.id == right.id }
}

struct ChosenKey: KeyWithChosenHash, CustomDebugStringConvertible {
    let id: Int
    let hashValue: Int

    init(_ id: Int, hash: Int) {
        self.id = id
        hashValue = hash
    }

    var debugDescription: String { "k\(id)" }
}

/// An object that is equal to others, so that it tells whose key a map has kept.
///
/// Its hash can change, which is a mistake while a map has it.
final class ChosenObject: KeyWithChosenHash {
    let id: Int
    var hashValue: Int

    init(_ id: Int, hash: Int) {
        self.id = id
        hashValue = hash
    }
}

/// A key like those of contexts: equal by identity, with a stored hash.
final class IdentityKey: Hashable, Sendable {
    let hashValue: Int

    init(_ hash: Int) { hashValue = hash }

    func hash(into hasher: inout Hasher) { hasher.combine(hashValue) }
    static func == (left: IdentityKey, right: IdentityKey) -> Bool { left === right }
}

/// A key that counts how often it is compared, and its hash asked for.
struct CountingKey: Hashable {
    final class Counter {
        var comparisons = 0
        var hashes = 0
    }

    let id: Int
    let counter: Counter
    private let hash: Int

    init(id: Int, counter: Counter, hash: Int? = nil) {
        self.id = id
        self.counter = counter
        self.hash = hash ?? id &* 0x5851_F42D_4C95_7F2D ^ id >> 7
    }

    var hashValue: Int {
        counter.hashes += 1
        return hash
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hashValue) }
    static func == (left: CountingKey, right: CountingKey) -> Bool {
        left.counter.comparisons += 1
        return left.id == right.id
    }
}

/// How the keys of a random test hash.
enum Hashing: String, CaseIterable, Sendable {
    case good, sequential, fewBits, topBitsOnly, lastLevelOnly, pairsCollide, constant

    func hash(_ id: Int) -> Int {
        let mixed = Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: id) &+ 1) &* 0x9E37_79B9_7F4A_7C15)
        return switch self {
        case .good: mixed ^ mixed >> 29
        case .sequential: id
        case .fewBits: mixed >> 40 & 0x7
        case .topBitsOnly: id << 52
        case .lastLevelOnly: 0x0023_4567_89AB_CDEF | (id & 0xF) << 56
        case .pairsCollide: (id / 2) &* 0x1000_0001
        case .constant: -1
        }
    }

    func key(_ id: Int) -> ChosenKey { ChosenKey(id, hash: hash(id)) }
}
