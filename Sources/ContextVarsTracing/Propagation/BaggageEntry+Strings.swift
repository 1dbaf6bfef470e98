// SPDX-License-Identifier: Apache-2.0
#if Tracing
public import ContextVars

extension BaggageEntry {
    /// Declares a variable whose values are text or can be written as text, as numbers and `Bool` can.
    ///
    /// Refused from outside, so that a value can be logged and calculated with as it is:
    ///
    /// - text with control characters, line breaks or marks that reverse the direction in which it is displayed;
    /// - numbers with a fraction (`Double`, `Float` and so on) that aren't finite or aren't in decimal notation: `nan`,
    ///   `inf`, `0x1p3`, `1e999`.
    ///
    /// Where those are wanted, use ``init(_:_:direction:maxBytes:encode:decode:)``. A type that you declare accepts what its
    /// `init(_:)` accepts.
    ///
    /// - Parameters:
    ///   - key: The key in the header: ASCII letters, digits and some punctuation.
    ///   - variable: The variable. Its default is never sent.
    ///   - direction: Which way the variable travels.
    ///   - maxBytes: How many bytes of UTF-8 a value may have. Larger ones are neither sent nor set.
    /// - Throws: ``BaggageError/invalidKey(_:)`` if the key isn't an HTTP token.
    /// - Complexity: Linear in the length of the key.
    @inlinable
    public init<Value: LosslessStringConvertible>(
        _ key: String, _ variable: ContextVar<Value>, direction: Direction = .both, maxBytes: Int = defaultMaxBytes
    ) throws(BaggageError) {
        try self.init(
            key, variable, direction: direction, maxBytes: maxBytes,
            encode: { $0.description },
            decode: decoder())
    }

    /// Declares a variable whose values are `nil`, text, or can be written as text.
    ///
    /// Where the variable is set to `nil`, nothing is sent.
    ///
    /// Refused from outside, so that a value can be logged and calculated with as it is:
    ///
    /// - text with control characters, line breaks or marks that reverse the direction in which it is displayed;
    /// - numbers with a fraction (`Double`, `Float` and so on) that aren't finite or aren't in decimal notation: `nan`,
    ///   `inf`, `0x1p3`, `1e999`.
    ///
    /// Where those are wanted, use ``init(_:_:direction:maxBytes:encode:decode:)``. A type that you declare accepts what its
    /// `init(_:)` accepts.
    ///
    /// - Parameters:
    ///   - key: The key in the header: ASCII letters, digits and some punctuation.
    ///   - variable: The variable. Its default is never sent.
    ///   - direction: Which way the variable travels.
    ///   - maxBytes: How many bytes of UTF-8 a value may have. Larger ones are neither sent nor set.
    /// - Throws: ``BaggageError/invalidKey(_:)`` if the key isn't an HTTP token.
    /// - Complexity: Linear in the length of the key.
    @inlinable
    public init<Wrapped: LosslessStringConvertible>(
        _ key: String, _ variable: ContextVar<Wrapped?>, direction: Direction = .both,
        maxBytes: Int = defaultMaxBytes
    ) throws(BaggageError) {
        try self.init(
            key, variable, direction: direction, maxBytes: maxBytes,
            encode: { $0?.description },
            decode: optionalDecoder())
    }
}

/// Turns received text into values, and refuses text that isn't a valid value or could do harm.
@inlinable
func decoder<Value: LosslessStringConvertible & Sendable>() -> @Sendable (String) -> Value? {
    // Types are asked for once, not for each text.
    if Value.self == Character.self {
        // Its initialiser stops the process at any other text.
        return { text in isPlainLine(text) && text.count == 1 ? Value(text) : nil }
    }
    guard Value.self is any FloatingPoint.Type else {
        return { text in isPlainLine(text) ? Value(text) : nil }
    }
    return { text in
        guard isPlainLine(text), isDecimal(text), let value = Value(text) else { return nil }
        return isFinite(value) ? value : nil
    }
}

/// The same for optional values.
@inlinable
func optionalDecoder<Wrapped: LosslessStringConvertible & Sendable>() -> @Sendable (String) -> Wrapped?? {
    let decode: @Sendable (String) -> Wrapped? = decoder()
    return { text in decode(text).map(Optional.some) }
}

@usableFromInline
func isFinite(_ value: Any) -> Bool {
    (value as? any FloatingPoint)?.isFinite ?? true
}

/// Whether a text has no control characters, no line breaks and nothing that reverses the direction of what follows it.
@usableFromInline
func isPlainLine(_ text: String) -> Bool {
    // Of printable ASCII, which most values are, nothing needs to be looked up.
    if text.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) { return true }
    return text.unicodeScalars.allSatisfy { scalar in
        switch scalar.value {
        // Embeddings, overrides and isolates: with them, a line of a log can be displayed as another one. The marks
        // U+200E and U+200F only concern themselves, and belong to ordinary text.
        case 0x202A...0x202E, 0x2066...0x2069: return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }
}

/// Whether a number that Swift can read is written in decimal notation, with an exponent or without.
@usableFromInline
func isDecimal(_ number: String) -> Bool {
    number.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "+-.eE".utf8.contains(byte)
        }
    }
}
#endif
