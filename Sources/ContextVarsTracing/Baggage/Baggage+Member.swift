// SPDX-License-Identifier: Apache-2.0
#if Tracing
extension Baggage {
    /// One key with its value: a `list-member` of the recommendation.
    ///
    /// A parsed member keeps the bytes of its header, and turns them into text on demand.
    ///
    /// Immutable, and safe to use from any thread.
    public struct Member: Sendable {
        private enum Contents: Sendable {
            case texts(key: String, value: String, properties: [Property])
            case bytes(HeaderBytes, HeaderBytes.Member)
        }

        private let contents: Contents

        /// Creates a member.
        ///
        /// - Throws: ``BaggageError/invalidKey(_:)`` if the key isn't an HTTP token.
        /// - Complexity: Linear in the length of the key.
        public init(_ key: String, _ value: String, properties: [Property] = []) throws(BaggageError) {
            try checkIsToken(key)
            self.init(validKey: key, value, properties: properties)
        }

        /// Creates a member with a key that is known to be a token.
        init(validKey key: String, _ value: String, properties: [Property] = []) {
            contents = .texts(key: key, value: value, properties: properties)
        }

        /// Creates a member that is well-formed in a header.
        init(_ header: HeaderBytes, _ member: HeaderBytes.Member) {
            contents = .bytes(header, member)
        }

        /// The key, a token of HTTP.
        ///
        /// - Complexity: O(*n*) for *n* bytes.
        public var key: String {
            switch contents {
            case .texts(let key, _, _): key
            case .bytes(let header, let member): header.text(member.pair.key)
            }
        }

        /// The value, decoded.
        ///
        /// - Complexity: O(*n*) for *n* bytes.
        public var value: String {
            switch contents {
            case .texts(_, let value, _): value
            case .bytes(let header, let member): header.value(of: member.pair) ?? ""
            }
        }

        /// The properties that the sender has given the value, in order.
        ///
        /// - Complexity: O(*n*) for *n* bytes.
        public var properties: [Property] {
            switch contents {
            case .texts(_, _, let properties): properties
            case .bytes(let header, let member): header.properties(of: member)
            }
        }

        /// Whether the key equals the given one.
        func hasKey(_ key: String) -> Bool {
            switch contents {
            case .texts(let own, _, _): own == key
            case .bytes(let header, let member): header.isEqual(member.pair.key, to: key.utf8)
            }
        }

        /// Appends the member as it is in a header.
        func append(to header: inout [UInt8]) {
            switch contents {
            case .texts(let key, let value, _):
                appendPair(key, value, to: &header)
            case .bytes(let source, let member):
                source.append(member.pair, to: &header)
            }
            for property in properties {
                header.append(.semicolon)
                appendPair(property.key, property.value, to: &header)
            }
        }
    }
}

extension Baggage.Member: Hashable {
    /// Whether two members have the same key, value and properties.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.key == rhs.key && lhs.value == rhs.value && lhs.properties == rhs.properties
    }

    /// Hashes key, value and properties.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
        hasher.combine(value)
        hasher.combine(properties)
    }
}

extension Baggage {
    /// A property that a sender gives a value: a key, which may have its own value.
    ///
    /// The recommendation gives properties no meaning.
    public struct Property: Hashable, Sendable {
        /// The key, a token of HTTP.
        public let key: String
        /// The value, decoded; `nil` if the key stands alone.
        public let value: String?

        /// Creates a property.
        ///
        /// - Throws: ``BaggageError/invalidKey(_:)`` if the key isn't an HTTP token.
        /// - Complexity: Linear in the length of the key.
        public init(_ key: String, _ value: String? = nil) throws(BaggageError) {
            try checkIsToken(key)
            self.init(validKey: key, value)
        }

        /// Creates a property with a key that is known to be a token.
        init(validKey key: String, _ value: String?) {
            self.key = key
            self.value = value
        }
    }
}
#endif
