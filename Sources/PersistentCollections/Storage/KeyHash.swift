// SPDX-License-Identifier: Apache-2.0
import Synchronization

extension NodeHeader {
    /// The hash of a key as the map has it: the lowest 61 bits of `KeyHash`'s or of `hashValue`, above three zeros.
    ///
    /// (`hashValue`, not a `Hasher`: a type that stores its hash and implements `hashValue` is never hashed again. Types
    /// are compared only where sizes agree, else code that is specialised for a class still does it.)
    @inlinable @inline(__always) static func hash<Key: Hashable>(of key: borrowing Key) -> UInt {
        if _isPOD(Key.self) {
            if MemoryLayout<Key>.size == MemoryLayout<Int>.size, Key.self == Int.self {
                return KeyHash.hash(of: unsafeBitCast(copy key, to: Int.self)) &<< lowestShift
            }
        } else if MemoryLayout<Key>.size == MemoryLayout<String>.size, Key.self == String.self {
            return KeyHash.hash(of: unsafeBitCast(copy key, to: String.self)) &<< lowestShift
        }
        return UInt(bitPattern: key.hashValue) &<< lowestShift
    }
}

/// The hashes of strings and of `Int`, which most maps have as keys, in a third of the standard library's time or less.
///
/// Multiplications mix them with two secrets of the process: someone who only sends keys can't choose ones that collide.
///
/// **Invariant.** Equal strings have one hash, though their bytes may differ: "é" is one scalar or two. ASCII text is in
/// normal form, so its bytes are hashed; the three scalars that normalise to an ASCII character are replaced by it first.
/// All other strings are hashed by the standard library, which normalises them.
@usableFromInline enum KeyHash {
    /// Zero before the first key.
    ///
    /// Both are made from the standard library's seed, so all threads make the same, and relaxed order suffices. Neither
    /// says anything about the other: with related factors, keys whose halves are related have related products.
    private static let secret = Atomic<UInt64>(0), otherSecret = Atomic<UInt64>(0)

    @usableFromInline static func hash(of number: Int) -> UInt {
        let (secret, other) = secrets
        return UInt(truncatingIfNeeded: mix(mix(UInt64(truncatingIfNeeded: number) ^ secret, other), secret))
    }

    @usableFromInline static func hash(of string: String) -> UInt {
        (string.utf8.withContiguousStorageIfAvailable { hash(ofASCII: UnsafeRawBufferPointer($0)) } ?? nil)
            ?? hash(ofOther: string)
    }

    /// Nil where a byte isn't an ASCII character.
    ///
    /// The last 16 bytes, or as many as there are, are in `first` and `second`, some of them in both; `hash` has those
    /// before. The count comes in at the end, where no byte can make up for it.
    @inline(__always) private static func hash(ofASCII bytes: UnsafeRawBufferPointer) -> UInt? {
        let (secret, other) = secrets
        let count = bytes.count
        var hash = secret
        var (first, second, all): (UInt64, UInt64, UInt64) = (0, 0, 0)
        if count >= 8 {
            var start = 0
            while start &+ 16 < count {
                (first, second) = (word(bytes, start), word(bytes, start &+ 8))
                all |= first | second
                hash = mix(first ^ hash, second ^ other)
                start &+= 16
            }
            (first, second) = (word(bytes, max(count &- 16, 0)), word(bytes, count &- 8))
        } else if count >= 4 {
            first = UInt64(bytes.loadUnaligned(as: UInt32.self))
            second = UInt64(bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
        } else if count > 0 {
            first = UInt64(bytes[0]) | UInt64(bytes[count / 2]) &<< 8 | UInt64(bytes[count &- 1]) &<< 16
        }
        if (all | first | second) & 0x8080_8080_8080_8080 != 0 { return nil }
        let last = mix(first ^ secret, second ^ other)
        return UInt(truncatingIfNeeded: mix(last, hash &+ UInt64(truncatingIfNeeded: count)))
    }

    /// The hash of a string with other characters, or, on Apple systems, of one that isn't stored as UTF-8.
    private static func hash(ofOther string: String) -> UInt {
        if string.unicodeScalars.allSatisfy({ ascii($0) != nil }) {
            var plain = String.UnicodeScalarView()
            plain.append(contentsOf: string.unicodeScalars.lazy.compactMap(ascii))
            return hash(of: String(plain))
        }
        return UInt(bitPattern: string.hashValue)
    }

    /// The ASCII character that a scalar is equal to.
    private static func ascii(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case "\u{37E}": ";"
        case "\u{1FEF}": "`"
        case "\u{212A}": "K"
        default: scalar.isASCII ? scalar : nil
        }
    }

    @inline(__always) private static var secrets: (UInt64, UInt64) {
        let made = (secret.load(ordering: .relaxed), otherSecret.load(ordering: .relaxed))
        return made.0 != 0 && made.1 != 0 ? made : makeSecrets()
    }

    @inline(never) private static func makeSecrets() -> (UInt64, UInt64) {
        let made = (makeSecret(0), makeSecret(1))
        secret.store(made.0, ordering: .relaxed)
        otherSecret.store(made.1, ordering: .relaxed)
        return made
    }

    private static func makeSecret(_ number: Int) -> UInt64 {
        var (new, draws): (UInt64, Int) = (0, 0)
        while !multipliesWell(new) {
            new = new &<< 32 | UInt64(UInt32(truncatingIfNeeded: [number, draws].hashValue))
            draws += 1
        }
        return new
    }

    /// Whether no six bits side by side are equal: other factors make hashes of successive numbers too much alike.
    static func multipliesWell(_ factor: UInt64) -> Bool {
        let changes = factor ^ (factor &<< 1 | factor &>> 63)
        return (1..<5 as Range<UInt64>).reduce(changes) { $0 | changes &<< $1 | changes &>> (64 &- $1) } == .max
    }

    @inline(__always) private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// All bits of the product, in one word.
    @inline(__always) private static func mix(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let product = first.multipliedFullWidth(by: second)
        return product.high ^ product.low
    }
}
