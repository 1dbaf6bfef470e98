// SPDX-License-Identifier: Apache-2.0
#if Tracing
/// The problem of a header that is beyond the limits.
func excess(of header: Span<UInt8>, over limits: Baggage.Limits) -> Baggage.Problem {
    let count = countedBytes(of: header)
    return count > limits.maxBytes
        ? .tooManyBytes(count, limit: limits.maxBytes) : .tooManyMembers(limit: limits.maxMembers)
}

/// The bytes of a header without the optional white space around commas.
///
/// Frameworks join the lines of a header with a comma or with a comma and a space, and which one they choose mustn't
/// decide whether it is beyond the limit.
func countedBytes(of header: Span<UInt8>) -> Int {
    var count = 0
    var whiteSpace = 0
    var isAfterComma = true
    for index in header.indices {
        let byte = header[index]
        if byte.isIn(.whiteSpace) {
            whiteSpace += 1
        } else {
            count += isAfterComma || byte == .comma ? 1 : whiteSpace + 1
            isAfterComma = byte == .comma
            whiteSpace = 0
        }
    }
    return count
}
#endif
