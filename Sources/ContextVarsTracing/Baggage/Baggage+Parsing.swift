// SPDX-License-Identifier: Apache-2.0
#if Tracing
extension Baggage {
    /// Reads a `baggage` header.
    ///
    /// A malformed member is left out and reported; the others count. If its key can be read, earlier members with that
    /// key are left out too: it was meant to override them, so none of them has the value that the last sender meant. A
    /// later member counts again.
    ///
    /// No header makes this throw, and the problems contain none of its text, so that they can be logged.
    ///
    /// - Returns: The members that count, and what was wrong with the others.
    /// - Complexity: O(*n*) for *n* bytes. Beyond the limit of bytes, they are only counted.
    public static func parse(
        _ header: String, limits: Limits = .default
    ) -> (baggage: Baggage, problems: [Problem]) {
        parse(HeaderBytes(header), limits)
    }

    /// Reads several `baggage` headers of one message, which count as one header with their values separated by commas.
    ///
    /// - Returns: The members that count, and what was wrong with the others.
    /// - Complexity: O(*n*) for *n* bytes. Beyond the limit of bytes, they are only counted.
    public static func parse(
        _ headers: some Collection<String>, limits: Limits = .default
    ) -> (baggage: Baggage, problems: [Problem]) {
        parse(HeaderBytes(headers), limits)
    }

    static func parse(_ header: HeaderBytes, _ limits: Limits) -> (baggage: Baggage, problems: [Problem]) {
        var members: [Member] = []
        // Few members are shorter than eight bytes.
        members.reserveCapacity(min(header.bytes.count / 8 + 1, limits.maxMembers))
        // How many members stood before the last malformed one, by its key.
        var voided: [String: Int] = [:]
        let bytes = header.bytes.span
        var reading = HeaderReading(of: bytes, limits)
        while let member = reading.next(in: bytes) {
            if member.isWellFormed {
                members.append(Member(header, member))
            } else if let key = readableKey(of: header.bytes[member.all]) {
                voided[String(decoding: key, as: UTF8.self)] = members.count
            }
        }
        if reading.isBeyondLimits { return (Baggage(), [excess(of: bytes, over: limits)]) }
        if !voided.isEmpty {
            let counting = members.enumerated().filter { index, member in index >= voided[member.key, default: 0] }
            members = counting.map(\.element)
        }
        return (Baggage(members), reading.problems)
    }
}

extension Baggage {
    /// A problem with a header or one of its members.
    public enum Problem: Hashable, Sendable {
        /// The header has more bytes than the limit, so that none of it was read.
        case tooManyBytes(Int, limit: Int)
        /// The header has more members than the limit, so that none of it was read.
        case tooManyMembers(limit: Int)
        /// A member, counted from 0, was left out, and with it those before it that have the same key.
        case malformedMember(Int, Defect)
    }

    /// How a member violates the format.
    public enum Defect: String, Hashable, Sendable, Error {
        /// The key is empty, or has characters that a token can't have.
        case invalidKey = "its key isn't a valid token"
        /// There is no `=`.
        case missingValue = "it has no value"
        /// The value has characters that must be percent-encoded.
        case invalidCharacter = "its value has a character that must be percent-encoded"
        /// A `%` isn't followed by two hexadecimal digits.
        case invalidEscape = "its value has a % without two hexadecimal digits"
        /// A property violates the format. What it says about the value can't be known, so the value is left out too.
        case invalidProperty = "it has a malformed property"
    }
}

extension Baggage.Problem: CustomStringConvertible {
    /// Describes the problem, without any of the header's text.
    public var description: String {
        switch self {
        case .tooManyBytes(let bytes, let limit): "the header has \(bytes) bytes, and \(limit) are allowed"
        case .tooManyMembers(let limit): "the header has more than \(limit) members"
        case .malformedMember(let position, let defect): "member \(position) is malformed: \(defect.rawValue)"
        }
    }
}
#endif
