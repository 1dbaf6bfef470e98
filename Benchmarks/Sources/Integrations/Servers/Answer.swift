// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// A response of HTTP/1.1 whose head says how long it is.
struct Answer {
    let status: String
    let body: String

    private static let emptyLine = Array("\r\n\r\n".utf8)
    private static let contentLength = Array("content-length: ".utf8)

    /// Reads a buffer that holds a response, or `nil` where a part of it hasn't come yet.
    init?(_ buffer: ByteBuffer) {
        let bytes = buffer.readableBytesView
        guard let end = bytes.firstRange(of: Self.emptyLine) else { return nil }
        let lowercased = bytes[..<end.lowerBound].map { $0 | 0x20 }
        guard let name = lowercased.firstRange(of: Self.contentLength.map { $0 | 0x20 }) else { return nil }
        let length = lowercased[name.upperBound...].prefix { $0 & 0xF0 == 0x30 }.reduce(0) { $0 * 10 + Int($1 & 15) }
        guard bytes.distance(from: end.upperBound, to: bytes.endIndex) >= length else { return nil }
        status = String(decoding: bytes.dropFirst("HTTP/1.1 ".utf8.count).prefix(3), as: UTF8.self)
        body = String(decoding: bytes[end.upperBound...], as: UTF8.self)
    }
}
