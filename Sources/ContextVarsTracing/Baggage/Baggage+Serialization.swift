#if Tracing
extension Baggage {
    /// The value of a `baggage` header.
    ///
    /// Whatever the values hold, it is printable ASCII without white space. Members that don't fit the limits are left
    /// out, from the first one on that doesn't; smaller ones after it can still fit. So the order is that of importance.
    ///
    /// - Returns: The header's value, empty where no member is left, and the members that were left out.
    /// - Complexity: O(*n*) for *n* bytes.
    public func serialized(limits: Limits = .default) -> (header: String, dropped: [Member]) {
        var header: [UInt8] = []
        var dropped: [Member] = []
        var count = 0
        for member in members {
            let end = header.count
            if count > 0 { header.append(.comma) }
            member.append(to: &header)
            if count < limits.maxMembers, header.count <= limits.maxBytes {
                count += 1
            } else {
                header.removeSubrange(end...)
                dropped.append(member)
            }
        }
        return (String(decoding: header, as: UTF8.self), dropped)
    }
}

extension Baggage.Member {
    fileprivate func append(to header: inout [UInt8]) {
        header.append(contentsOf: key.utf8)
        header.append(.equals)
        appendPercentEncoded(value, to: &header)
        for property in properties {
            header.append(.semicolon)
            header.append(contentsOf: property.key.utf8)
            if let value = property.value {
                header.append(.equals)
                appendPercentEncoded(value, to: &header)
            }
        }
    }
}
#endif
