#if Tracing
public import ContextVars

extension BaggageEntry {
    /// Declares a variable whose values are text or can be written as text, as numbers and `Bool` can.
    ///
    /// Text from outside that has control characters or line breaks is refused, so that a value can be logged without
    /// thought. Where those are wanted, use ``init(_:_:direction:maxBytes:encode:decode:)``.
    ///
    /// - Parameters:
    ///   - key: The key in the header: ASCII letters, digits and some punctuation.
    ///   - variable: The variable. Its default is never sent.
    ///   - direction: Which way the variable travels.
    ///   - maxBytes: How many bytes of UTF-8 a value may have. Larger ones are neither sent nor set.
    /// - Throws: ``BaggageError/invalidKey(_:)`` where the key is no token of HTTP.
    @inlinable
    public init<Value: LosslessStringConvertible>(
        _ key: String, _ variable: ContextVar<Value>, direction: Direction = .both, maxBytes: Int = defaultMaxBytes
    ) throws(BaggageError) {
        try self.init(
            key, variable, direction: direction, maxBytes: maxBytes,
            encode: { $0.description },
            decode: { isOneLine($0) ? Value($0) : nil })
    }

    /// Declares a variable whose values are `nil`, text, or can be written as text.
    ///
    /// Where the variable is set to `nil`, nothing is sent. Text from outside that has control characters or line breaks
    /// is refused, so that a value can be logged without thought. Where those are wanted, use
    /// ``init(_:_:direction:maxBytes:encode:decode:)``.
    ///
    /// - Parameters:
    ///   - key: The key in the header: ASCII letters, digits and some punctuation.
    ///   - variable: The variable. Its default is never sent.
    ///   - direction: Which way the variable travels.
    ///   - maxBytes: How many bytes of UTF-8 a value may have. Larger ones are neither sent nor set.
    /// - Throws: ``BaggageError/invalidKey(_:)`` where the key is no token of HTTP.
    @inlinable
    public init<Wrapped: LosslessStringConvertible>(
        _ key: String, _ variable: ContextVar<Wrapped?>, direction: Direction = .both,
        maxBytes: Int = defaultMaxBytes
    ) throws(BaggageError) {
        try self.init(
            key, variable, direction: direction, maxBytes: maxBytes,
            encode: { $0?.description },
            decode: { text in
                guard isOneLine(text), let value = Wrapped(text) else { return nil }
                return .some(value)
            })
    }
}

/// Whether a text has neither control characters nor line breaks.
@usableFromInline
func isOneLine(_ text: String) -> Bool {
    // Of ASCII, which most values are, no properties need to be looked up.
    if text.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) { return true }
    return text.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
#endif
