// SPDX-License-Identifier: Apache-2.0
#if Tracing
extension HeaderBytes {
    /// Hands out the members one after the other.
    ///
    /// - Returns: What is wrong with the malformed ones; `nil` where the header is beyond the limits, so that what has
    ///   been handed out doesn't count.
    func read(_ limits: Baggage.Limits, _ body: (Member) -> Void) -> [Baggage.Problem]? {
        guard bytes.count <= limits.maxBytes || countedBytes <= limits.maxBytes else { return nil }
        var problems: [Baggage.Problem] = []
        var position = 0
        var count = 0
        while let member = nextMember(from: &position) {
            guard count < limits.maxMembers else { return nil }
            if !member.isWellFormed {
                problems.append(.malformedMember(count, Baggage.Defect(of: bytes[member.all])))
            }
            body(member)
            count += 1
        }
        return problems
    }

    /// What is wrong with a header that ``read(_:_:)`` refuses.
    func excess(over limits: Baggage.Limits) -> Baggage.Problem {
        let count = countedBytes
        return count > limits.maxBytes
            ? .tooManyBytes(count, limit: limits.maxBytes) : .tooManyMembers(limit: limits.maxMembers)
    }

    /// The bytes with single commas between members, without the optional white space around commas.
    ///
    /// Frameworks join the lines of a header with a comma or with a comma and a space, and which one they choose mustn't
    /// decide whether it is beyond the limit.
    private var countedBytes: Int {
        var count = 0
        var whiteSpace = 0
        var isAfterComma = true
        for byte in bytes {
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
}
#endif
