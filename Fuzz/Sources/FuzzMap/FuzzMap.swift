// SPDX-License-Identifier: Apache-2.0
// What libFuzzer runs: a program of edits, read from its input, on several versions of a map, each beside a dictionary
// that tells what it should hold. `bash .ci/fuzz` builds and runs it.

import PersistentCollections

/// The function that libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(bytes: UnsafeBufferPointer(start: start, count: count))
    var program = Program()
    while let operation = input.next() { program.run(operation, &input) }
    program.checkAll()
    return 0
}

/// The bytes from which a program is read.
struct Input {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func next() -> UInt8? {
        if place == bytes.count { return nil }
        defer { place += 1 }
        return bytes[place]
    }
}

/// A key with an identity of 16 bits, which the input chooses, and with it the hash: five bits, anywhere.
final class Key: Hashable, Codable {
    let id: UInt16
    let hashValue: Int

    init(_ first: UInt8, _ second: UInt8) {
        id = UInt16(first) << 8 | UInt16(second)
        hashValue = Int(truncatingIfNeeded: UInt64(first & 31) << UInt64(second & 63))
    }

    convenience init(id: UInt16) { self.init(UInt8(id >> 8), UInt8(truncatingIfNeeded: id)) }

    convenience init(from decoder: any Decoder) throws { self.init(id: try UInt16(from: decoder)) }

    func encode(to encoder: any Encoder) throws { try id.encode(to: encoder) }

    func hash(into hasher: inout Hasher) { hasher.combine(hashValue) }
    static func == (left: Key, right: Key) -> Bool { left.id == right.id }
}

/// A value that lives on the heap, so that a reference too few or too many is seen.
typealias Value = [Int]
