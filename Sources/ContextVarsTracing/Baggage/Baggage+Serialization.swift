// SPDX-License-Identifier: Apache-2.0
#if Tracing
extension Baggage {
    /// The value of a `baggage` header.
    ///
    /// Regardless of the values, it is printable ASCII without white space. A member that doesn't fit within the limits is
    /// left out; smaller ones after it may still fit. Put the most important ones first.
    ///
    /// - Returns: The header's value, empty if no member is left, and the members that were left out.
    /// - Complexity: O(*n*) for *n* bytes.
    public func serialized(limits: Limits = .default) -> (header: String, dropped: [Member]) {
        var header = HeaderWriter(limits)
        let dropped = members.filter { !header.append($0) }
        return (header.text, dropped)
    }
}

/// A header on its way out, within limits.
struct HeaderWriter {
    private var bytes: [UInt8] = []
    private var count = 0
    private let limits: Baggage.Limits

    init(_ limits: Baggage.Limits) {
        self.limits = limits
        bytes.reserveCapacity(min(limits.maxBytes, 128))
    }

    var isEmpty: Bool { bytes.isEmpty }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Appends a member; returns `false`, and appends nothing, where it doesn't fit.
    mutating func append(_ member: Baggage.Member) -> Bool {
        append { member.append(to: &$0) }
    }

    /// The same for one that has no properties.
    mutating func append(_ key: String, _ value: String) -> Bool {
        append { appendPair(key, value, to: &$0) }
    }

    private mutating func append(_ write: (inout [UInt8]) -> Void) -> Bool {
        let end = bytes.count
        if count > 0 { bytes.append(.comma) }
        write(&bytes)
        guard count < limits.maxMembers, bytes.count <= limits.maxBytes else {
            bytes.removeSubrange(end...)
            return false
        }
        count += 1
        return true
    }
}

/// Appends a key with its value, if it has one.
func appendPair(_ key: String, _ value: String?, to header: inout [UInt8]) {
    header.append(contentsOf: key.utf8)
    guard let value else { return }
    header.append(.equals)
    appendPercentEncoded(value, to: &header)
}
#endif
