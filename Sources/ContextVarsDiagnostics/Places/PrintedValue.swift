// SPDX-License-Identifier: Apache-2.0
import ContextVars

/// A value as diagnostics show it.
enum PrintedValue {
    /// How many bytes of a text are shown.
    static let limit = 200

    /// The text of a printable variable's value; `nil` for any other variable.
    static func of(_ variable: AnyContextVar, _ value: any Sendable) -> String? {
        guard variable.diagnosticRules.contains(.isPrintable) else { return nil }
        let text = describe(value)
        if text.utf8.count <= limit { return text }
        // By scalars: a single character may have any number of them.
        var (kept, bytes) = (String.UnicodeScalarView(), "…".utf8.count)
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > limit { break }
            kept.append(scalar)
        }
        return String(kept) + "…"
    }

    private static func describe(_ value: Any) -> String {
        guard let optional = value as? any OptionalValue else { return String(describing: value) }
        return optional.wrapped.map(describe) ?? "nil"
    }
}
