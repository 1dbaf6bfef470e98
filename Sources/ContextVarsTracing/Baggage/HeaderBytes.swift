// SPDX-License-Identifier: Apache-2.0
#if Tracing
/// The bytes of a header, or of several that count as one, and how its members are read from them.
///
/// Well-formed members are read in one pass over the bytes, and only delimited; callers turn them into text. Malformed ones
/// are delimited here, and understood in `Baggage+Defects.swift`.
struct HeaderBytes: Sendable {
    let bytes: [UInt8]

    init(_ header: String) {
        bytes = Array(header.utf8)
    }

    init(_ header: Span<UInt8>) {
        bytes = header.array(header.indices)
    }

    init(_ headers: some Collection<String>) {
        bytes = Array(headers.lazy.map(\.utf8).joined(separator: CollectionOfOne(.comma)))
    }

    /// A key with its value, both without the white space around them.
    struct Pair: Sendable {
        var key: Range<Int>
        /// `nil` where there is no `=`.
        var value: Range<Int>?
        var hasEscapes = false
    }

    /// What stands between two commas.
    struct Member: Sendable {
        var pair: Pair
        /// What follows the value: semicolons and properties.
        var properties: Range<Int>
        /// All of it, without white space at its start.
        var all: Range<Int>
        /// If `false`, only `all` is meaningful.
        var isWellFormed: Bool
    }
}

// MARK: - Reading

/// Hands out the members of a header one after the other.
struct HeaderReading {
    private var position = 0
    private var count = 0
    /// The problems of the malformed members up to here.
    private(set) var problems: [Baggage.Problem] = []
    /// Whether the header is beyond the limits, so that what has been handed out doesn't count.
    private(set) var isBeyondLimits: Bool
    private let maxMembers: Int

    init(of bytes: Span<UInt8>, _ limits: Baggage.Limits) {
        isBeyondLimits = bytes.count > limits.maxBytes && countedBytes(of: bytes) > limits.maxBytes
        maxMembers = limits.maxMembers
    }

    /// The next member that isn't empty, well-formed or not; `nil` at the end, and beyond the limits.
    mutating func next(in bytes: Span<UInt8>) -> HeaderBytes.Member? {
        guard !isBeyondLimits, let member = HeaderBytes.nextMember(in: bytes, from: &position) else { return nil }
        guard count < maxMembers else {
            isBeyondLimits = true
            return nil
        }
        if !member.isWellFormed {
            problems.append(.malformedMember(count, Baggage.Defect(of: bytes.array(member.all)[...])))
        }
        count += 1
        return member
    }
}

extension Span<UInt8> {
    /// A copy of some bytes.
    func array(_ range: Range<Int>) -> [UInt8] {
        extracting(range).withUnsafeBufferPointer { Array($0) }
    }

    /// A text of some bytes; those that aren't UTF-8 become U+FFFD.
    func text(_ range: Range<Int>) -> String {
        extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}

extension HeaderBytes {
    /// The next member that isn't empty; HTTP has readers of lists skip those that are.
    static func nextMember(in bytes: Span<UInt8>, from position: inout Int) -> Member? {
        while position < bytes.count, bytes[position] == .comma || bytes[position].isIn(.whiteSpace) { position += 1 }
        guard position < bytes.count else { return nil }
        let start = position
        var member = Member(pair: Pair(key: 0..<0), properties: 0..<0, all: 0..<0, isWellFormed: false)
        if let pair = Self.nextPair(in: bytes, from: &position), pair.value != nil {
            let end = position
            member.pair = pair
            member.isWellFormed = Self.skipProperties(in: bytes, from: &position)
            member.properties = end..<position
        }
        while position < bytes.count, bytes[unchecked: position] != .comma { position += 1 }
        member.all = start..<position
        return member
    }

    /// `key OWS [ "=" OWS value OWS ]`, where a value may have further `=`; then the end, a comma or a semicolon.
    ///
    /// Never goes beyond a comma. The loops compare the position with the end themselves, hence `unchecked`.
    private static func nextPair(in bytes: Span<UInt8>, from position: inout Int) -> Pair? {
        let start = position
        while position < bytes.count, bytes[unchecked: position].isIn(.token) { position += 1 }
        guard position > start else { return nil }
        var pair = Pair(key: start..<position)
        skipWhiteSpace(in: bytes, from: &position)
        if position < bytes.count, bytes[position] == .equals {
            position += 1
            skipWhiteSpace(in: bytes, from: &position)
            let start = position
            while position < bytes.count, bytes[unchecked: position].isIn(.octet) {
                if bytes[unchecked: position] == .percent {
                    pair.hasEscapes = true
                    guard position + 2 < bytes.count, bytes[position + 1].hexadecimalValue != nil,
                        bytes[position + 2].hexadecimalValue != nil
                    else { return nil }
                    position += 2
                }
                position += 1
            }
            pair.value = start..<position
            skipWhiteSpace(in: bytes, from: &position)
        }
        return isAtEnd(position, in: bytes) ? pair : nil
    }

    private static func isAtEnd(_ position: Int, in bytes: Span<UInt8>) -> Bool {
        position == bytes.count || bytes[position] == .comma || bytes[position] == .semicolon
    }

    /// `*( ";" OWS [ property ] )`: `key=value;` is common, and harmless.
    private static func skipProperties(in bytes: Span<UInt8>, from position: inout Int) -> Bool {
        while position < bytes.count, bytes[position] == .semicolon {
            position += 1
            skipWhiteSpace(in: bytes, from: &position)
            guard isAtEnd(position, in: bytes) || nextPair(in: bytes, from: &position) != nil else { return false }
        }
        return true
    }

    @inline(__always)
    private static func skipWhiteSpace(in bytes: Span<UInt8>, from position: inout Int) {
        while position < bytes.count, bytes[unchecked: position].isIn(.whiteSpace) { position += 1 }
    }
}

// MARK: - What was read, as text

extension HeaderBytes {
    /// Whether some bytes are those of a text.
    func isEqual(_ range: Range<Int>, to text: String.UTF8View) -> Bool {
        text.count == range.count && text.elementsEqual(bytes[range])
    }

    /// The text of a key.
    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// The text of a value, decoded.
    ///
    /// Bytes that aren't UTF-8 become U+FFFD, as the recommendation demands.
    static func value(of pair: Pair, in bytes: Span<UInt8>) -> String? {
        guard let value = pair.value else { return nil }
        return pair.hasEscapes ? unescaped(bytes.array(value)[...]) : bytes.text(value)
    }

    func value(of pair: Pair) -> String? { Self.value(of: pair, in: bytes.span) }

    /// Appends a key with its value to another header: with new escapes where there were some, so that those that needn't
    /// be are undone, and bytes that aren't UTF-8 are U+FFFD, as where they are read.
    func append(_ pair: Pair, to header: inout [UInt8]) {
        header.append(contentsOf: bytes[pair.key])
        guard let value = pair.value else { return }
        header.append(.equals)
        if pair.hasEscapes {
            appendPercentEncoded(unescaped(bytes[value]), to: &header)
        } else {
            header.append(contentsOf: bytes[value])
        }
    }

    /// The properties of a well-formed member.
    func properties(of member: Member) -> [Baggage.Property] {
        guard !member.properties.isEmpty else { return [] }
        let bytes = bytes.span
        var properties: [Baggage.Property] = []
        var position = member.properties.lowerBound
        while position < member.properties.upperBound {
            position += 1
            Self.skipWhiteSpace(in: bytes, from: &position)
            guard let pair = Self.nextPair(in: bytes, from: &position) else { continue }
            properties.append(Baggage.Property(validKey: text(pair.key), value(of: pair)))
        }
        return properties
    }
}
#endif
