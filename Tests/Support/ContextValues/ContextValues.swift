// SPDX-License-Identifier: Apache-2.0
#if Macros
// Only this module imports the macro's: a client of public properties needs no import of its own for them.
public import ContextVarsMacros

/// Properties that another module reads.
public enum Published: Identified {
    /// With a default.
    @ContextValue public static var id = "none"
    /// With a name and a rule.
    @ContextValue("x-attempt", inheritance: .transformed { $0 + 1 }) public static var attempt = 0
    @ContextValue(inheritance: .never) @usableFromInline static var secret: String?

    /// Reads a property that only this module has, in code that is compiled into others.
    @inlinable public static func hasSecret() -> Bool { secret != nil }

    /// Runs a body with a value that only this module can set.
    public static func withSecret<Result>(_ secret: String, _ body: () throws -> Result) rethrows -> Result {
        try $secret.withValue(secret, operation: body)
    }
}

/// A requirement that a `@ContextValue` fulfils.
public protocol Identified {
    associatedtype ID: Sendable
    static var id: ID { get }
}

/// Global, and public.
@ContextValue public var locale = "en"
#endif
