// SPDX-License-Identifier: Apache-2.0
/// A value of one variable, as a context's map holds it: its type is known only to the variable.
///
/// A small value that is plain bits (an integer, a Boolean, an enumeration without payloads) is stored inline, so
/// that setting it allocates nothing; any other value is in a ``Box``.
///
/// Invariant: a stored value is loaded as the type that it was made with. Only code that has the `ContextVar<Value>`, or a
/// `Token` of it, does either, always with that `Value`, and variables are keys by identity.
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
            withUnsafePointer(to: bits) { Self.load(as: Value.self, from: $0) }
        } else {
            Box<Value>.address(in: box.unsafelyUnwrapped).pointee
        }
    }

    /// The value that is stored in place as these bits.
    @inlinable
    @inline(__always)
    static func load<Value>(as type: Value.Type, from bits: UnsafePointer<UInt64>) -> Value {
        UnsafeRawPointer(bits).assumingMemoryBound(to: Value.self).pointee
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

    /// Where a box has its value: the only property, behind the header of every Swift object.
    ///
    /// (`box.value` is the same, but code that isn't specialised looks up the type of the box for that. `StorageTests`
    /// compares the two.)
    @inlinable
    @inline(__always)
    static func address(in box: AnyObject) -> UnsafePointer<Value> {
        let alignment = MemoryLayout<Value>.alignment
        let offset = (2 * MemoryLayout<UInt>.size &+ alignment &- 1) & ~(alignment &- 1)
        return UnsafeRawPointer(Unmanaged.passUnretained(box).toOpaque() + offset).assumingMemoryBound(to: Value.self)
    }
}

// MARK: - On its way

/// A stored value on its way into a context, or out of it: as bits, with a reference that only explicit calls retain and
/// release.
///
/// So code that knows the value to be stored inline can ignore the box, and the engine moves two words: much of what `set`
/// and `reset` would cost otherwise. And nothing is released before the context's lock is given back: the
/// end of a value may run what a user wrote.
///
/// Invariant: the code that is given one owns its reference, and makes a ``StoredValue`` of it or releases it, once. An
/// *unretained* one is a copy of bits whose owner lives on; it is retained before it is given to anybody.
@usableFromInline
struct MovingValue {
    @usableFromInline let bits: UInt64
    @usableFromInline let box: Unmanaged<AnyObject>?

    @inlinable
    init(bits: UInt64, box: Unmanaged<AnyObject>?) {
        self.bits = bits
        self.box = box
    }

    @inlinable
    init<Value: Sendable>(storing value: Value) {
        let stored = StoredValue(value)
        self.init(bits: stored.bits, box: StoredValue.isInline(Value.self) ? nil : stored.box.map { .passRetained($0) })
    }

    /// A stored value, with its own reference.
    @inline(__always)
    init(_ stored: consuming StoredValue) {
        self.init(bits: stored.bits, box: stored.box.map { .passRetained($0) })
    }

    /// An unretained one.
    @inlinable
    init<Value: Sendable>(unretained stored: StoredValue, as type: Value.Type) {
        if StoredValue.isInline(type) {
            self.init(bits: stored.bits, box: nil)
        } else {
            self.init(bits: 0, box: stored.box.map { .passUnretained($0) })
        }
    }

    /// Of an unretained one, one to be given away.
    @inline(__always)
    func retained() -> MovingValue {
        if let box { _ = box.retain() }
        return self
    }

    @inline(__always)
    func release() {
        if let box { box.release() }
    }

    /// The value as it is stored, which takes over the reference.
    @inline(__always)
    func takeStored() -> StoredValue {
        StoredValue(bits: bits, box: box?.takeRetainedValue())
    }

    /// The same where the type is known.
    @inlinable
    func takeStored<Value: Sendable>(as type: Value.Type) -> StoredValue {
        StoredValue(bits: bits, box: StoredValue.isInline(type) ? nil : box?.takeRetainedValue())
    }

    /// Puts the value into a place, and takes out the one that is there.
    @inline(__always)
    func exchange(in place: UnsafeMutablePointer<StoredValue>) -> MovingValue {
        // Both types are two words of the same meaning; moved as bits, no reference count changes.
        place.withMemoryRebound(to: MovingValue.self, capacity: 1) { place in
            let old = place.pointee
            place.pointee = self
            return old
        }
    }

    /// Releases a value that has been replaced, if there was one.
    ///
    /// Never inlined: with a branch where it is called, the compiler no longer leaves out a token that goes nowhere.
    @usableFromInline
    @inline(never)
    static func release(_ value: MovingValue?) {
        value?.release()
    }
}
