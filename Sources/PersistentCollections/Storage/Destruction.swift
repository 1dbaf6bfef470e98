// SPDX-License-Identifier: Apache-2.0
/// What it takes to destroy the entries of a node, in five bits of its header.
///
/// The runtime reaches a deinitialiser through the class's metadata, so it always runs unspecialised, where each
/// destruction of a `Key` or `Value` is a call into the runtime with two indirect calls, and where an entry lies is
/// asked of both types. The header therefore says what the code that made the node, which was specialised, knew
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
        let areWords = Self.isWord(Key.self) && Self.isWord(Value.self)
        rawValue = Field(of: Key.self).rawValue | Field(of: Value.self).rawValue &<< 2 | (areWords ? Self.wordsFlag : 0)
    }

    /// Number of bits of a raw value.
    @inlinable @inline(__always)
    static var bitWidth: UInt32 { 5 }

    @inlinable
    var keys: Field { Field(rawValue: rawValue & 3) ?? .general }

    @inlinable
    var values: Field { Field(rawValue: (rawValue &>> 2) & 3) ?? .general }

    /// Where the entries lie.
    @inline(__always)
    func layout<Key: Hashable, Value>(_: Key.Type, _: Value.Type) -> EntryLayout {
        rawValue & Self.wordsFlag != 0 ? EntryLayout(UInt.self, UInt.self) : EntryLayout(Key.self, Value.self)
    }

    /// Set where the key of an entry is one word, and its value the next.
    @inlinable @inline(__always)
    static var wordsFlag: UInt32 { 16 }

    @inlinable @inline(__always)
    static func isWord<T>(_: T.Type) -> Bool {
        MemoryLayout<T>.size == MemoryLayout<UInt>.size && MemoryLayout<T>.alignment == MemoryLayout<UInt>.size
    }
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

/// Where the entries of a node lie, in bytes.
struct EntryLayout {
    /// From a key to its value.
    let valueOffset: Int
    /// From a key to the next one.
    let stride: Int
    let alignment: Int

    @inline(__always)
    init<Key: Hashable, Value>(_: Key.Type, _: Value.Type) {
        valueOffset = NodeEntry<Key, Value>.valueOffset
        stride = NodeEntry<Key, Value>.stride
        alignment = NodeEntry<Key, Value>.alignment
    }

    /// From the start of a node with room for so many children to its first key.
    @inline(__always)
    func offset(children: Int) -> Int { NodeLayout.entriesOffset(children: children, alignment: alignment) }
}
