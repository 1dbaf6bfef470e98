// SPDX-License-Identifier: Apache-2.0
#if Tracing
/// Appends a text as UTF-8, in which each byte that isn't a `baggage-octet`, and each `%`, is an escape.
func appendPercentEncoded(_ text: String, to header: inout [UInt8]) {
    for byte in text.utf8 {
        if byte.isIn(.octet), byte != .percent {
            header.append(byte)
        } else {
            header.append(.percent)
            header.append(hexadecimalDigit(byte >> 4))
            header.append(hexadecimalDigit(byte & 15))
        }
    }
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x41 + value - 10
}

/// The text of a value whose escapes are known to be whole.
///
/// Bytes that aren't UTF-8 become U+FFFD, as the recommendation demands.
func unescaped(_ value: ArraySlice<UInt8>) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(value.count)
    var rest = value.makeIterator()
    while let byte = rest.next() {
        if byte == .percent, let high = rest.next()?.hexadecimalValue, let low = rest.next()?.hexadecimalValue {
            bytes.append(high << 4 | low)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
#endif
