// SPDX-License-Identifier: Apache-2.0
#if Tracing
// What is wrong with a member that couldn't be read.

extension Baggage.Defect {
    /// The first defect of a malformed member.
    init(of member: ArraySlice<UInt8>) {
        let pair = member.prefix { $0 != .semicolon }
        let key = trimmed(pair.prefix { $0 != .equals })
        if !isToken(key) {
            self = .invalidKey
        } else if let equals = pair.firstIndex(of: .equals) {
            // Nothing else is wrong with the pair, so it is one of the properties.
            self = Self(ofValue: trimmed(pair[(equals + 1)...])) ?? .invalidProperty
        } else {
            self = .missingValue
        }
    }

    private init?(ofValue value: ArraySlice<UInt8>) {
        var rest = value.makeIterator()
        while let byte = rest.next() {
            if !byte.isIn(.octet) {
                self = .invalidCharacter
                return
            }
            if byte == .percent, rest.next()?.hexadecimalValue == nil || rest.next()?.hexadecimalValue == nil {
                self = .invalidEscape
                return
            }
        }
        return nil
    }
}

/// The key of a malformed member, where that much of it can be read.
func readableKey(of member: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let key = trimmed(member.prefix { $0 != .equals && $0 != .semicolon })
    return isToken(key) ? key : nil
}

private func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text.drop { $0.isIn(.whiteSpace) }
    while let last = text.last, last.isIn(.whiteSpace) { text.removeLast() }
    return text
}
#endif
