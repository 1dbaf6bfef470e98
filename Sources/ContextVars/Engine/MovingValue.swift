// SPDX-License-Identifier: Apache-2.0
/// A stored value on its way into a context, or out of it: as bits, with a reference that only explicit calls retain and
/// release.
///
/// So code that knows the value to be stored inline can ignore the box, and the engine moves two words: much of what `set`
/// and `reset` would cost otherwise. And nothing is released before the context's lock is given back: the
/// end of a value may run what a user wrote.
///
/// Invariant: the code that is given one owns its reference, and makes a ``StoredValue`` of it or releases it, once. A *borrowed*
/// one is a copy of bits whose owner lives on; it is retained before it is given to anybody.
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

    /// A borrowed one.
    @inlinable
    init<Value: Sendable>(borrowing stored: StoredValue, as type: Value.Type) {
        if StoredValue.isInline(type) {
            self.init(bits: stored.bits, box: nil)
        } else {
            self.init(bits: 0, box: stored.box.map { .passUnretained($0) })
        }
    }

    /// Of a borrowed one, one to be given away.
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
}

/// Releases a value that has been replaced, if there was one.
///
/// Never inlined: with a branch where it is called, the compiler no longer leaves out a token that goes nowhere.
@usableFromInline
@inline(never)
func release(_ value: MovingValue?) {
    value?.release()
}
