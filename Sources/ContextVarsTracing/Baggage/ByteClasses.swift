// SPDX-License-Identifier: Apache-2.0
#if Tracing
extension UInt8 {
    static let space = UInt8(ascii: " ")
    static let percent = UInt8(ascii: "%")
    static let comma = UInt8(ascii: ",")
    static let semicolon = UInt8(ascii: ";")
    static let equals = UInt8(ascii: "=")

    /// Whether the byte is in a class: some instructions without a load.
    @inline(__always)
    func isIn(_ byteClass: ByteClass) -> Bool {
        let bits = self < 64 ? byteClass.low : byteClass.high
        return self < 128 && bits &>> UInt64(self & 63) & 1 == 1
    }

    /// The value of a hexadecimal digit.
    var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}

/// What a byte may be in a header: a set of ASCII.
struct ByteClass {
    /// A bit for each of the first 64 bytes, and for each of the next 64.
    fileprivate let low, high: UInt64

    /// In a `token` of HTTP (RFC 9110, 5.6.2), what a key is made of: letters, digits and ``!#$%&'*+-.^_`|~``.
    static var token: ByteClass { ByteClass(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }
    /// In a value as it is: `baggage-octet`, that is printable ASCII without the space, the quotation mark, the comma, the
    /// semicolon and the backslash.
    static var octet: ByteClass { ByteClass(low: 0xF7FF_EFFA_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF) }
    /// Optional white space.
    static var whiteSpace: ByteClass { ByteClass(low: 0x0000_0001_0000_0200, high: 0) }
}
#endif
