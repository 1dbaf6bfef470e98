// SPDX-License-Identifier: Apache-2.0
#if Tracing
public import ContextVars

/// The declaration that a context variable travels in the `baggage` header, under a key.
///
/// ```swift
/// let entries = [
///     try BaggageEntry("tenant", Request.tenant),
///     try BaggageEntry("attempt", Request.attempt, direction: .sendOnly),
///     try BaggageEntry(
///         "tier", Request.tier, maxBytes: 16,
///         encode: \.rawValue, decode: Tier.init(rawValue:)),
/// ]
/// ```
///
/// A variable without an entry never leaves the process, and nothing from outside can set it. A sender can put anything into
/// a value: an entry bounds its size and decodes it, and a value that doesn't decode isn't set.
///
/// Immutable, and safe to use from any thread.
public struct BaggageEntry: Sendable {
    /// Which way a variable travels.
    public enum Direction: Hashable, Sendable {
        /// Read from incoming requests, and added to outgoing ones.
        case both
        /// Added to outgoing requests; ignored in incoming ones.
        case sendOnly
        /// Read from incoming requests; never added to outgoing ones.
        case receiveOnly
    }

    /// The size limit of an entry that doesn't set one: 1024 bytes.
    public static let defaultMaxBytes = 1024

    /// The key in the header.
    public let key: String
    /// Which way the variable travels.
    public let direction: Direction
    /// How many bytes of UTF-8 a value may have, before it is percent-encoded.
    public let maxBytes: Int

    /// What a snapshot's value of the variable is in a header.
    @usableFromInline let encoded: @Sendable (ContextSnapshot) -> Encoded
    /// Puts a header's value into a snapshot; `false` if it isn't a valid value of the variable.
    @usableFromInline let decode: @Sendable (_ text: String, _ snapshot: inout ContextSnapshot) -> Bool

    /// What a variable is in a header.
    @usableFromInline
    enum Encoded {
        /// The variable isn't set.
        case unset
        /// The variable is set to something that isn't sent.
        case withheld
        case text(String)
    }

    /// Declares a variable of any type.
    ///
    /// - Parameters:
    ///   - key: The key in the header: ASCII letters, digits and some punctuation.
    ///   - variable: The variable. Its default is never sent.
    ///   - direction: Which way the variable travels.
    ///   - maxBytes: How many bytes of UTF-8 a value may have. Larger ones are neither sent nor set.
    ///   - encode: Turns a value into text, or returns `nil` for a value that mustn't be sent.
    ///   - decode: Turns received text into a value, or returns `nil` if it isn't valid. Check everything here that the
    ///     program relies on: the text can hold anything, even control characters.
    /// - Throws: ``BaggageError/invalidKey(_:)`` if the key isn't an HTTP token.
    /// - Complexity: Linear in the length of the key.
    @inlinable
    public init<Value>(
        _ key: String, _ variable: ContextVar<Value>, direction: Direction = .both, maxBytes: Int = defaultMaxBytes,
        encode: @escaping @Sendable (Value) -> String?, decode: @escaping @Sendable (String) -> Value?
    ) throws(BaggageError) {
        try checkIsToken(key)
        self.key = key
        self.direction = direction
        self.maxBytes = maxBytes
        self.encoded = { snapshot in
            guard let value = snapshot[variable] else { return .unset }
            return encode(value).map(Encoded.text) ?? .withheld
        }
        self.decode = { text, snapshot in
            guard let value = decode(text) else { return false }
            snapshot.set(variable, to: value)
            return true
        }
    }

    /// Whether outgoing requests carry the variable.
    var isSent: Bool { direction != .receiveOnly }
    /// Whether incoming requests set the variable.
    var isReceived: Bool { direction != .sendOnly }
}
#endif
