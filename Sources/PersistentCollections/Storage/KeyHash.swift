// SPDX-License-Identifier: Apache-2.0
import Synchronization

extension NodeHeader {
    /// The hash of a key as the map has it: the lowest 61 bits of `KeyHash`'s or of `hashValue`, above three zeros.
    ///
    /// (The protocol's requirement: a type that stores its hash and implements `hashValue` is never hashed again. Types
    /// are compared only where sizes agree, else code that is specialised for a class still does it.)
    @inlinable @inline(__always)
    static func hash<Key: Hashable>(of key: borrowing Key) -> UInt {
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
/// Multiplications mix eight bytes, or sixteen, with a secret that each process has another one of: who only sends keys
/// can't choose ones that collide.
///
/// **Invariant.** Equal strings have one hash, though their bytes may differ: "é" is one scalar or two. ASCII characters
/// are written in one way, so the bytes of strings that have nothing else are hashed; three scalars that Unicode has a
/// second time, outside ASCII, are replaced before. All other strings are hashed by the standard library, which
/// normalises them.
@usableFromInline
enum KeyHash {
    /// What the standard library makes of a string: as random as its own seed.
    ///
    /// Zero before the first key. All threads make the same of it, hence relaxed.
    private static let secret = Atomic<UInt64>(0)

    @usableFromInline
    static func hash(of number: Int) -> UInt {
        let (secret, other) = factors
        return UInt(truncatingIfNeeded: mix(mix(UInt64(truncatingIfNeeded: number) ^ secret, other), secret))
    }

    @usableFromInline
    static func hash(of string: String) -> UInt {
        (string.utf8.withContiguousStorageIfAvailable { hash(ofASCII: UnsafeRawBufferPointer($0)) } ?? nil)
            ?? hash(ofOther: string)
    }

    /// Nil where a byte isn't an ASCII character.
    ///
    /// The last 16 bytes, or as many as there are, are in `first` and `second`, some of them in both; `hash` has those
    /// before. The count comes in at the end, where no byte can make up for it.
    @inline(__always)
    private static func hash(ofASCII bytes: UnsafeRawBufferPointer) -> UInt? {
        let (secret, other) = factors
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

    @inline(__always)
    private static var factors: (UInt64, UInt64) {
        var secret = secret.load(ordering: .relaxed)
        if secret == 0 { secret = makeSecret() }
        return (secret, secret &<< 32 | secret &>> 32)
    }

    @inline(never)
    private static func makeSecret() -> UInt64 {
        let new = UInt64(truncatingIfNeeded: "KeyHash".hashValue) | 1
        secret.store(new, ordering: .relaxed)
        return new
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// All bits of the product, in one word.
    @inline(__always)
    private static func mix(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let product = first.multipliedFullWidth(by: second)
        return product.high ^ product.low
    }
}
