// SPDX-License-Identifier: Apache-2.0
/// A value of one variable, as a context's map holds it: its type is known only to the variable.
///
/// A small value that is plain bits (an integer, a Boolean, an enumeration without payloads) is stored inline, so
/// that setting it allocates nothing; any other value is in a ``Box``.
///
/// Invariant: a stored value is loaded as the type that it was made with. Only `ContextVar<Value>` does either, always with its
/// own `Value`, and variables are keys by identity.
@usableFromInline
struct StoredValue: @unchecked Sendable {
    // Invariant behind `@unchecked`: `init(_:)` takes a `Sendable` value, and `init(bits:box:)` only puts together again what
    // came from one; both properties are never changed afterwards.
    @usableFromInline let bits: UInt64
    @usableFromInline let box: AnyObject?

    @inlinable
    init<Value: Sendable>(_ value: Value) {
        if Self.isInline(Value.self) {
            var bits: UInt64 = 0
            withUnsafeMutableBytes(of: &bits) { bytes in
                _ = bytes.baseAddress!.initializeMemory(as: Value.self, repeating: value, count: 1)
            }
            self.bits = bits
            self.box = nil
        } else {
            self.bits = 0
            self.box = Box(value)
        }
    }

    @inlinable
    init(bits: UInt64, box: AnyObject?) {
        self.bits = bits
        self.box = box
    }

    /// The value.
    ///
    /// `Value` is the type that `init` was called with.
    @inlinable
    func load<Value: Sendable>(as type: Value.Type) -> Value {
        if Self.isInline(Value.self) {
            Self.load(as: Value.self, from: bits)
        } else {
            unsafeDowncast(box.unsafelyUnwrapped, to: Box<Value>.self).value
        }
    }

    /// The value that is stored in place as these bits.
    @inlinable
    static func load<Value>(as type: Value.Type, from bits: UInt64) -> Value {
        withUnsafeBytes(of: bits) { $0.load(as: Value.self) }
    }

    /// Whether both hold the very same bits or share one box.
    ///
    /// Equal values may still differ in this.
    func isIdentical(to other: StoredValue) -> Bool {
        bits == other.bits && box === other.box
    }

    /// Decided when the caller is specialised for `Value`; costs nothing at run time then.
    @inlinable
    static func isInline<Value>(_ type: Value.Type) -> Bool {
        _isPOD(Value.self) && MemoryLayout<Value>.size <= MemoryLayout<UInt64>.size
            && MemoryLayout<Value>.alignment <= MemoryLayout<UInt64>.alignment
    }
}

extension UnsafePointer<StoredValue> {
    /// Where the bits are: the first member.
    @inline(__always)
    var bitsAddress: UnsafePointer<UInt64> { UnsafeRawPointer(self).assumingMemoryBound(to: UInt64.self) }
}

/// An immutable value on the heap.
@usableFromInline
final class Box<Value: Sendable>: Sendable {
    @usableFromInline let value: Value

    @inlinable
    init(_ value: Value) {
        self.value = value
    }
}
