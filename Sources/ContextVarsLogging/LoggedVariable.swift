// SPDX-License-Identifier: Apache-2.0
#if Logging
public import ContextVars
public import Logging

/// A context variable that ``Logging/Logger/MetadataProvider/contextVars(_:)`` adds to the metadata of log messages.
///
/// ```swift
/// LoggedVariable(Request.id)                                    // request.id=a7
/// LoggedVariable(Request.tenant, as: "tenant")                  // tenant=acme
/// LoggedVariable(Request.user, as: "user", privacy: .hashed)    // user=#5e1f09bc
/// LoggedVariable(Request.token, as: "token") { "\($0.prefix(4))…" }// token=eyJh…
/// ```
///
/// A variable that isn't set, or is `nil`, is left out; ``init(entriesOf:)`` says what it does instead. Values are
/// immutable and safe to use from any thread.
///
/// - Complexity: O(1) for each initialiser. ``Logging/Logger/MetadataProvider/contextVars(_:)`` says what a message
///   costs.
public struct LoggedVariable: Sendable {
    @usableFromInline
    enum Content: Sendable {
        /// One entry.
        case entry(key: String, value: @Sendable () -> Logger.MetadataValue?)
        /// As many entries as the variable's value has.
        case entries(ContextVar<Logger.Metadata>)
    }

    @usableFromInline let content: Content

    @inlinable
    init(_ content: Content) {
        self.content = content
    }

    /// Logs a variable's description, taken when the message is logged.
    ///
    /// - Parameters:
    ///   - variable: The variable.
    ///   - key: Its key in the metadata; by default, the variable's name.
    ///   - privacy: How much of the value is logged.
    ///   - logsDefault: Whether the default is logged where the variable isn't set. Otherwise it is left out there.
    @inlinable
    public init<Value: CustomStringConvertible & Sendable>(
        _ variable: ContextVar<Value>, as key: String? = nil, privacy: Privacy = .public, logsDefault: Bool = false
    ) {
        self.init(variable, as: key, privacy: privacy, logsDefault: logsDefault, format: formatByDescription())
    }

    /// Logs the description of an optional variable's value, taken when the message is logged, and leaves the variable out
    /// where it is `nil`.
    ///
    /// - Parameters:
    ///   - variable: The variable.
    ///   - key: Its key in the metadata; by default, the variable's name.
    ///   - privacy: How much of the value is logged.
    ///   - logsDefault: Whether the default is logged where the variable isn't set. Otherwise it is left out there.
    @inlinable
    public init<Wrapped: CustomStringConvertible & Sendable>(
        _ variable: ContextVar<Wrapped?>, as key: String? = nil, privacy: Privacy = .public, logsDefault: Bool = false
    ) {
        self.init(variable, as: key, privacy: privacy, logsDefault: logsDefault, format: formatByDescription())
    }

    /// Logs a variable as a function formats it.
    ///
    /// - Parameters:
    ///   - variable: The variable.
    ///   - key: Its key in the metadata; by default, the variable's name.
    ///   - privacy: How much of the formatted value is logged.
    ///   - logsDefault: Whether the default is logged where the variable isn't set. Otherwise it is left out there.
    ///   - format: Makes the metadata of a value; `nil` leaves it out. It is called for each message that is logged, on
    ///     the thread that logs, and must not log itself. What it returns as `.stringConvertible` is described when the
    ///     handler writes it.
    @inlinable
    public init<Value: Sendable>(
        _ variable: ContextVar<Value>, as key: String? = nil, privacy: Privacy = .public, logsDefault: Bool = false,
        format: @escaping @Sendable (Value) -> Logger.MetadataValue?
    ) {
        self.init(
            .entry(key: key ?? variable.name) {
                var isLogged = true
                let value = variable.get(
                    default: {
                        isLogged = logsDefault
                        return variable.defaultValue
                    }())
                guard isLogged, let formatted = format(value) else { return nil }
                return privacy == .public ? formatted : privacy.redact(formatted)
            })
    }

    /// Logs an optional variable as a function formats its value, and leaves the variable out where it is `nil`.
    ///
    /// - Parameters:
    ///   - variable: The variable.
    ///   - key: Its key in the metadata; by default, the variable's name.
    ///   - privacy: How much of the formatted value is logged.
    ///   - logsDefault: Whether the default is logged where the variable isn't set. Otherwise it is left out there.
    ///   - format: Makes the metadata of a value; `nil` leaves it out. It is called for each message that is logged, on
    ///     the thread that logs, and must not log itself. What it returns as `.stringConvertible` is described when the
    ///     handler writes it.
    @inlinable
    public init<Wrapped: Sendable>(
        _ variable: ContextVar<Wrapped?>, as key: String? = nil, privacy: Privacy = .public,
        logsDefault: Bool = false, format: @escaping @Sendable (Wrapped) -> Logger.MetadataValue?
    ) {
        let formatOptional: @Sendable (Wrapped?) -> Logger.MetadataValue? = { $0.flatMap(format) }
        self.init(variable, as: key, privacy: privacy, logsDefault: logsDefault, format: formatOptional)
    }

    /// Logs all entries of a variable that holds metadata, each under its own key.
    ///
    /// ``ContextVars/ContextVar/merge(_:)`` adds entries to such a variable. Where it isn't set, the entries of its
    /// default are logged.
    public init(entriesOf variable: ContextVar<Logger.Metadata>) {
        self.init(.entries(variable))
    }
}

/// Makes metadata of values of one type; the choice is made once, not for each message.
///
/// The log says what a value was when the message was logged. So the value is described then: a handler may write later, when
/// an object has changed, or elsewhere, where a description that reads other variables reads those of other code.
/// Numbers and `Bool` can't tell the difference, and are left to the handler, which may never write them.
@inlinable
func formatByDescription<Value: CustomStringConvertible & Sendable>()
    -> @Sendable (Value) -> Logger.MetadataValue?
{
    if Value.self is any Numeric.Type || Value.self == Bool.self { return { .stringConvertible($0) } }
    return { .string($0.description) }
}
#endif
