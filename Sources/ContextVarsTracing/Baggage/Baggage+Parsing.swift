#if Tracing
extension Baggage {
    /// Reads a `baggage` header.
    ///
    /// A malformed member is left out and reported; the others count. Where its key can be read, the members before it
    /// with that key are left out too: it was meant to override them, so none of them is what the last sender meant. A
    /// member after it counts again.
    ///
    /// No header makes this throw, and the problems hold none of its text, so that they can be logged.
    ///
    /// - Returns: The members that count, and what was wrong with the others.
    /// - Complexity: O(*n*) for *n* bytes. Beyond the limit of bytes, they are only counted.
    public static func parse(
        _ header: String, limits: Limits = .default
    ) -> (baggage: Baggage, problems: [Problem]) {
        parse(CollectionOfOne(header), limits: limits)
    }

    /// Reads several `baggage` headers of one message, which count as one that has their values separated by commas.
    ///
    /// - Returns: The members that count, and what was wrong with the others.
    /// - Complexity: O(*n*) for *n* bytes. Beyond the limit of bytes, they are only counted.
    public static func parse(
        _ headers: some Collection<String>, limits: Limits = .default
    ) -> (baggage: Baggage, problems: [Problem]) {
        let bytes = byteCount(of: headers, atMost: limits.maxBytes)
        guard bytes <= limits.maxBytes else {
            return (Baggage(), [.tooManyBytes(bytes, limit: limits.maxBytes)])
        }
        var members: [Member] = []
        var problems: [Problem] = []
        // How many members stood before the last malformed one, by its key.
        var voided: [String: Int] = [:]
        var count = 0
        for header in headers {
            for text in Pieces(of: header.utf8[...], separatedBy: .comma) {
                // HTTP has readers of lists skip elements that are empty.
                if text.isEmpty { continue }
                guard count < limits.maxMembers else {
                    return (Baggage(), [.tooManyMembers(limit: limits.maxMembers)])
                }
                do {
                    members.append(try Member.parse(text))
                } catch {
                    problems.append(.malformedMember(count, error))
                    if let key = Member.readableKey(of: text) { voided[key] = members.count }
                }
                count += 1
            }
        }
        guard !voided.isEmpty else { return (Baggage(members), problems) }
        let counting = members.enumerated().filter { index, member in index >= voided[member.key, default: 0] }
        return (Baggage(counting.map(\.element)), problems)
    }

    /// The bytes of some headers with single commas between them, without the optional white space around commas.
    ///
    /// Frameworks join the lines of a header with a comma or with a comma and a space, and which one they choose mustn't
    /// decide whether it is beyond the limit. White space is looked for only where it could decide that.
    private static func byteCount(of headers: some Collection<String>, atMost limit: Int) -> Int {
        let commas = max(headers.count - 1, 0)
        let bytes = headers.reduce(commas) { $0 + $1.utf8.count }
        guard bytes > limit else { return bytes }
        return headers.reduce(commas) { sum, header in
            Pieces(of: header.utf8[...], separatedBy: .comma).reduce(sum - 1) { $0 + $1.count + 1 }
        }
    }
}

extension Baggage {
    /// What is wrong with a header or with one of its members.
    public enum Problem: Hashable, Sendable {
        /// The header has more bytes than the limit, so that none of it was read.
        case tooManyBytes(Int, limit: Int)
        /// The header has more members than the limit, so that none of it was read.
        case tooManyMembers(limit: Int)
        /// A member, counted from 0, was left out, and with it those before it that have the same key.
        case malformedMember(Int, Defect)
    }

    /// How a member is not after the format.
    public enum Defect: String, Hashable, Sendable, Error {
        /// The key is empty, or has characters that a token can't have.
        case invalidKey = "its key is no token"
        /// There is no `=`.
        case missingValue = "it has no value"
        /// The value has characters that must be percent-encoded.
        case invalidCharacter = "its value has a character that must be percent-encoded"
        /// A `%` isn't followed by two hexadecimal digits.
        case invalidEscape = "its value has a % without two hexadecimal digits"
        /// A property isn't after the format. What it says about the value can't be known, so the value is left out too.
        case invalidProperty = "it has a malformed property"
    }
}

extension Baggage.Problem: CustomStringConvertible {
    /// What is wrong, without any of the header's text.
    public var description: String {
        switch self {
        case .tooManyBytes(let bytes, let limit): "the header has \(bytes) bytes, and \(limit) are allowed"
        case .tooManyMembers(let limit): "the header has more than \(limit) members"
        case .malformedMember(let position, let defect): "member \(position) is malformed: \(defect.rawValue)"
        }
    }
}

// MARK: - The grammar

private typealias Bytes = Substring.UTF8View

extension Baggage.Member {
    /// `key OWS "=" OWS value *( OWS ";" OWS property )`, trimmed at both ends.
    fileprivate static func parse(_ text: Bytes) throws(Baggage.Defect) -> Self {
        var pieces = Pieces(of: text, separatedBy: .semicolon)
        let (key, value) = try parsePair(pieces.next() ?? text)
        guard let value else { throw .missingValue }
        var properties: [Baggage.Property] = []
        while let piece = pieces.next() {
            // `key=value;` is common, and harmless.
            if piece.isEmpty { continue }
            properties.append(try Baggage.Property.parse(piece))
        }
        return Self(validKey: key, value, properties: properties)
    }

    /// The key of a malformed member, where that much of it can be read.
    fileprivate static func readableKey(of text: Bytes) -> String? {
        let key = trimmed(text.prefix { $0 != .equals && $0 != .semicolon })
        return isToken(key) ? String(Substring(key)) : nil
    }
}

extension Baggage.Property {
    fileprivate static func parse(_ text: Bytes) throws(Baggage.Defect) -> Self {
        do {
            let (key, value) = try parsePair(text)
            return Self(validKey: key, value)
        } catch {
            throw .invalidProperty
        }
    }
}

/// `key OWS [ "=" OWS value ]`: a value may have further `=`.
private func parsePair(_ text: Bytes) throws(Baggage.Defect) -> (key: String, value: String?) {
    let equals = text.firstIndex(of: .equals)
    let key = trimmed(text[..<(equals ?? text.endIndex)])
    guard isToken(key) else { throw .invalidKey }
    let value = try equals.map { equals throws(Baggage.Defect) in
        try percentDecoded(trimmed(text[text.index(after: equals)...]))
    }
    return (String(Substring(key)), value)
}

/// The parts of a text between separators, without optional white space at their ends.
private struct Pieces: Sequence, IteratorProtocol {
    private var rest: Bytes?
    private let separator: UInt8

    init(of text: Bytes, separatedBy separator: UInt8) {
        self.rest = text
        self.separator = separator
    }

    mutating func next() -> Bytes? {
        guard let text = rest else { return nil }
        let end = text.firstIndex(of: separator)
        rest = end.map { text[text.index(after: $0)...] }
        return trimmed(text[..<(end ?? text.endIndex)])
    }
}

private func trimmed(_ text: Bytes) -> Bytes {
    func isWhiteSpace(_ byte: UInt8) -> Bool { byte == .space || byte == .tab }
    var text = text.drop(while: isWhiteSpace)
    while let last = text.last, isWhiteSpace(last) { text.removeLast() }
    return text
}
#endif
