// SPDX-License-Identifier: Apache-2.0
import ContextVars

/// A value as diagnostics show it.
enum PrintedValue {
    /// The longest text that is shown.
    static let limit = 200

    /// The text of a printable variable's value; `nil` for any other variable.
    static func of(_ variable: AnyContextVar, _ value: any Sendable) -> String? {
        guard variable.diagnosticRules.contains(.isPrintable) else { return nil }
        let text = describe(value)
        return text.utf8.count <= limit ? text : "\(text.prefix(limit - 1))…"
    }

    private static func describe(_ value: Any) -> String {
        guard let optional = value as? any OptionalValue else { return String(describing: value) }
        return optional.wrapped.map(describe) ?? "nil"
    }
}
