// SPDX-License-Identifier: Apache-2.0
#if Tracing
/// Keys that are looked for in headers: their bytes, one key after the other.
struct HeaderKeys: Sendable {
    private let bytes: [UInt8]
    /// Where each key ends.
    private let ends: [Int]

    init(_ keys: [String]) {
        bytes = keys.flatMap(\.utf8)
        ends = keys.reduce(into: []) { $0.append(($0.last ?? 0) + $1.utf8.count) }
    }

    /// Calls a function with the position of each key that some bytes of a header are.
    @inline(__always)
    func forEachMatch(of range: Range<Int>, in header: Span<UInt8>, _ body: (Int) -> Void) {
        let (bytes, ends) = (bytes.span, ends.span)
        var start = 0
        for index in ends.indices {
            let end = ends[index]
            if end - start == range.count, Self.areEqual(range, in: header, bytes, from: start) { body(index) }
            start = end
        }
    }

    /// For a range of the header with as many bytes as the key, hence `unchecked`.
    private static func areEqual(
        _ range: Range<Int>, in header: Span<UInt8>, _ keys: Span<UInt8>, from start: Int
    ) -> Bool {
        for offset in 0..<range.count
        where header[unchecked: range.lowerBound + offset] != keys[unchecked: start + offset] { return false }
        return true
    }
}
#endif
