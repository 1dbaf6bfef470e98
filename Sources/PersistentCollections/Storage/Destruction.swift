// SPDX-License-Identifier: Apache-2.0
/// What it takes to destroy the entries of a node, in four bits of its header.
///
/// The runtime reaches a deinitialiser through the class's metadata, so it always runs unspecialised, where each
/// destruction of a `Key` or `Value` is a call into the runtime with two indirect calls. The header therefore says what the code that made the node, which was specialised, knew
/// (Documentation/Design/ has what that earns).
@usableFromInline
struct Destruction {
    @usableFromInline let rawValue: UInt32

    @inlinable @inline(__always)
    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// A constant in specialised code.
    @inlinable @inline(__always)
    init<Key, Value>(keys: Key.Type, values: Value.Type) {
        rawValue = Field(of: Key.self).rawValue | Field(of: Value.self).rawValue &<< 2
    }

    /// Number of bits of a raw value.
    @inlinable @inline(__always)
    static var bitWidth: UInt32 { 4 }

    @inlinable
    var keys: Field { Field(rawValue: rawValue & 3) ?? .general }

    @inlinable
    var values: Field { Field(rawValue: rawValue &>> 2) ?? .general }
}

extension Destruction {
    /// What it takes to destroy a key or a value.
    @usableFromInline
    enum Field: UInt32 {
        case nothing, release, general

        @inlinable @inline(__always)
        init<T>(of type: T.Type) {
            self = _isPOD(type) ? .nothing : type is AnyObject.Type ? .release : .general
        }

        /// Destroys `count` fields that lie `stride` bytes apart.
        @inline(__always)
        func destroy<T>(_: T.Type, _ first: UnsafeMutableRawPointer, _ count: Int, stride: Int) {
            var field = first
            switch self {
            case .nothing:
                break
            case .release:
                for _ in 0..<count {
                    Unmanaged<AnyObject>.fromOpaque(field.load(as: UnsafeRawPointer.self)).release()
                    field += stride
                }
            case .general:
                for _ in 0..<count {
                    field.assumingMemoryBound(to: T.self).deinitialize(count: 1)
                    field += stride
                }
            }
        }
    }
}
