#if Tracing
extension UInt8 {
    static let tab = UInt8(ascii: "\t")
    static let space = UInt8(ascii: " ")
    static let percent = UInt8(ascii: "%")
    static let comma = UInt8(ascii: ",")
    static let semicolon = UInt8(ascii: ";")
    static let equals = UInt8(ascii: "=")

    /// Whether a value may have the byte as it is: `baggage-octet`.
    ///
    /// Printable ASCII without the space, the quotation mark, the comma, the semicolon and the backslash.
    fileprivate var isBaggageOctet: Bool {
        switch self {
        case 0x21, 0x23...0x2B, 0x2D...0x3A, 0x3C...0x5B, 0x5D...0x7E: true
        default: false
        }
    }

    /// The value of a hexadecimal digit.
    fileprivate var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}

/// Appends a text as UTF-8, in which each byte that isn't a `baggage-octet`, and each `%`, is an escape.
func appendPercentEncoded(_ text: String, to header: inout [UInt8]) {
    for byte in text.utf8 {
        if byte.isBaggageOctet, byte != .percent {
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

/// The text of a value in a header.
///
/// Bytes that aren't UTF-8 become U+FFFD, as the recommendation demands.
func percentDecoded(_ text: Substring.UTF8View) throws(Baggage.Defect) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var rest = text.makeIterator()
    while let byte = rest.next() {
        guard byte.isBaggageOctet else { throw .invalidCharacter }
        if byte == .percent {
            guard let high = rest.next()?.hexadecimalValue, let low = rest.next()?.hexadecimalValue else {
                throw .invalidEscape
            }
            bytes.append(high << 4 | low)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
#endif
