// SPDX-License-Identifier: Apache-2.0
/// What it takes to destroy the entries of a node, in four bits of its header.
///
/// A deinitialiser always runs unspecialised, where each destruction of a `Key` or `Value` is a call into the runtime
/// with two indirect calls. So the header says what the code that made the node, which was specialised, knew.
@usableFromInline struct Destruction {
    @usableFromInline let rawValue: UInt8

    /// A constant in specialised code.
    @inlinable @inline(__always) init<Key, Value>(keys: Key.Type, values: Value.Type) {
        rawValue = Field(of: Key.self).rawValue | Field(of: Value.self).rawValue &<< 2
    }

    @inlinable var keys: Field { Field(rawValue: rawValue & 3) ?? .general }

    @inlinable var values: Field { Field(rawValue: rawValue &>> 2) ?? .general }

    /// What it takes to destroy a key or a value.
    @usableFromInline enum Field: UInt8 {
        case nothing, release, general

        @inlinable @inline(__always) init<T>(of type: T.Type) {
            self = _isPOD(type) ? .nothing : type is AnyObject.Type ? .release : .general
        }

        /// Destroys `count` fields that lie `stride` bytes apart.
        @inline(__always) func destroy<T>(_: T.Type, _ first: UnsafeMutableRawPointer, _ count: Int, stride: Int) {
            var field = first
            for _ in 0..<count {
                switch self {
                case .nothing: return
                case .release: Unmanaged<AnyObject>.fromOpaque(field.load(as: UnsafeRawPointer.self)).release()
                case .general: field.assumingMemoryBound(to: T.self).deinitialize(count: 1)
                }
                field += stride
            }
        }
    }
}

// Loops are separate functions, so that a node's deinitialiser saves no registers for them.
extension NodeReference {
    /// What the deinitialiser of a node does.
    @inline(__always) func destroyContent() {
        let destruction = header.pointee.destruction
        if header.pointee.childMap != 0 { releaseChildren() }
        if entryCount == 0 { return }
        if let owner = keyOwner {
            let own = ownPositions(besides: owner)
            if own != 0 { destroyKeys(at: own) }
            KeyOwner.release(owner, lacking: lackedPositions(of: owner), Key.self)
        } else if destruction.keys != .nothing {
            destroyKeys()
        }
        if destruction.values != .nothing { destroyValues() }
    }

    @inline(never) func releaseChildren() {
        for index in 0..<childCount { child(at: index).unmanaged.release() }
    }

    @inline(never) func destroyKeys() {
        header.pointee.destruction.keys.destroy(Key.self, entries, entryCount, stride: Entry.stride)
    }

    @inline(never) func destroyKeys(at positions: UInt16) {
        let (keys, entries) = (header.pointee.destruction.keys, UnsafeMutableRawPointer(entries))
        for position in NodeHeader.Positions(positions) {
            keys.destroy(Key.self, entries + index(at: position) &* Entry.stride, 1, stride: Entry.stride)
        }
    }

    @inline(never) func destroyValues() {
        header.pointee.destruction.values.destroy(Value.self, Self.value(of: entries), entryCount, stride: Entry.stride)
    }
}
