// SPDX-License-Identifier: Apache-2.0
/// Errors about one variable, context or token. Out of line: what throws them is inlined into hot code.
extension ContextError {
    @inline(never)
    static func cannotChange(_ variable: AnyContextVar, isBorrowed: Bool) -> ContextError {
        ContextError(isBorrowed ? .borrowedContext : .noCurrentContext, "ContextVar '\(variable.name)'")
    }

    @inline(never)
    static func alreadyEntered(_ context: Context) -> ContextError {
        ContextError(.alreadyEntered, context.description)
    }

    @inline(never)
    static func notEntered(_ context: Context) -> ContextError {
        ContextError(.notEntered, context.description)
    }

    @inline(never)
    static func notCurrent(_ context: Context) -> ContextError {
        ContextError(.notCurrent, context.description)
    }

    // About a token by what it has, not by the token itself: one that escapes nowhere needs no allocation.

    /// Not to be called under a lock: the variable's description has its default value's.
    @usableFromInline
    @inline(never)
    static func token(_ code: Code, of variable: AnyContextVar) -> ContextError {
        ContextError(code, "<Token\(code == .tokenUsed ? " used" : "") var=\(variable)>")
    }

    @usableFromInline
    @inline(never)
    static func lookup(_ variable: AnyContextVar) -> ContextError {
        ContextError(.lookup, "ContextVar '\(variable.name)'")
    }
}
