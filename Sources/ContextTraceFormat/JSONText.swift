// SPDX-License-Identifier: Apache-2.0
/// Writes one JSON object, key by key and in that order, which `JSONEncoder` has only for sorted keys.
struct JSONObject {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    mutating func add(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        begin(key)
        JSONObject.append(value, to: &bytes)
    }

    mutating func add(_ key: StaticString, _ value: UInt64?) {
        guard let value else { return }
        begin(key)
        bytes += String(value).utf8
    }

    mutating func add(_ key: StaticString, _ value: JSONObject) {
        begin(key)
        bytes += value.finished
    }

    /// Adds a number with three decimals: nanoseconds as microseconds.
    mutating func addThousandth(_ key: StaticString, _ value: UInt64) {
        begin(key)
        let fraction = String(value % 1000)
        bytes += "\(value / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)".utf8
    }

    var finished: [UInt8] { bytes + [UInt8(ascii: "}")] }

    private mutating func begin(_ key: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes += "\"\(key)\":".utf8
    }

    /// Appends a text in quotes.
    ///
    /// Everything but quotes, backslashes and control characters stands for itself.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
