/// A stored value on its way into a context, or out of it: as bits, with a reference that only explicit calls retain and
/// release.
///
/// That saves two fifths of `set` and `reset` of a value that is stored in place: the code that knows the value's type does
/// nothing about its box, since there is none, and the engine moves two words. And nothing is released before the context's
/// lock is given back: the end of a value may run what a user wrote.
///
/// Invariant: whoever is given one owns its reference, and makes a ``StoredValue`` of it or releases it, once. A *borrowed*
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
    init<Value: Sendable>(_ value: Value) {
        let stored = StoredValue(value)
        self.init(bits: stored.bits, box: StoredValue.isInline(Value.self) ? nil : stored.box.map { .passRetained($0) })
    }

    /// A value that is taken out of where it was.
    @inline(__always)
    init(taking stored: consuming StoredValue) {
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

    @inlinable
    func release() {
        if let box { box.release() }
    }

    @inline(__always)
    func stored() -> StoredValue {
        StoredValue(bits: bits, box: box?.takeRetainedValue())
    }

    /// The same where the type is known.
    @inlinable
    func stored<Value: Sendable>(as type: Value.Type) -> StoredValue {
        StoredValue(bits: bits, box: StoredValue.isInline(type) ? nil : box?.takeRetainedValue())
    }

    /// Puts the value where another one is, which goes on its way.
    @inline(__always)
    func exchanged(with place: UnsafeMutablePointer<StoredValue>) -> MovingValue {
        // Both types are two words of the same meaning; moved as bits, no reference count changes.
        place.withMemoryRebound(to: MovingValue.self, capacity: 1) { place in
            let old = place.pointee
            place.pointee = self
            return old
        }
    }
}

/// Releases a value that has been replaced, if there was one.
@usableFromInline
@inline(never)
func release(_ value: MovingValue?) {
    value?.release()
}
